// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// An epoll of one thread: descriptors with their handlers, and a deadline (epoll(7)).
///
/// Not `Sendable`: the thread that creates it runs it.
package final class EventLoop {
    /// What a descriptor is ready for. Hang-up and error are always reported.
    package struct Readiness: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }
        /// There is data, a connection to accept, or the end of the peer's stream.
        package static let readable = Readiness(rawValue: clinux_readable)
        /// There is room to write.
        package static let writable = Readiness(rawValue: clinux_writable)
        /// Both directions are closed. Always reported.
        package static let hungUp = Readiness(rawValue: clinux_hung_up)
        /// The descriptor has an error. Always reported.
        package static let failed = Readiness(rawValue: clinux_failed)
    }

    private let epoll: CInt
    private var handlers: [CInt: (Readiness) -> Void] = [:]
    private var ready = [epoll_event](repeating: epoll_event(), count: 64)

    /// - Throws: `SystemError` when the process has no descriptor left.
    package init() throws(SystemError) {
        epoll = epoll_create1(clinux_epoll_close_on_exec)
        guard epoll >= 0 else { throw SystemError("epoll_create1") }
    }

    deinit {
        close(epoll)
    }

    /// Calls `handler` on this loop's thread each time `descriptor` is ready (level-triggered).
    ///
    /// Watching the same descriptor again replaces its handler and interest.
    /// - Throws: `SystemError` when epoll refuses the descriptor.
    package func watch(
        _ descriptor: CInt, for interest: Readiness = .readable, _ handler: @escaping (Readiness) -> Void
    ) throws(SystemError) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.fd = descriptor
        let operation = handlers[descriptor] == nil ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        guard epoll_ctl(epoll, operation, descriptor, &event) == 0 else { throw SystemError("epoll_ctl") }
        handlers[descriptor] = handler
    }

    /// Stops watching `descriptor`. Call this before closing it.
    package func unwatch(_ descriptor: CInt) {
        guard handlers.removeValue(forKey: descriptor) != nil else { return }
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// Waits once, then calls the handlers of the ready descriptors.
    ///
    /// - Parameter milliseconds: the longest wait; nil waits until a descriptor is ready.
    package func turn(milliseconds: Int? = nil) {
        let limit = milliseconds.map { CInt(clamping: max(0, $0)) } ?? -1
        let count = epoll_wait(epoll, &ready, CInt(ready.count), limit)
        guard count > 0 else { return }
        for event in ready.prefix(Int(count)) {
            // A handler may have unwatched a descriptor whose event is still in this batch.
            handlers[event.data.fd]?(Readiness(rawValue: event.events))
        }
    }
}
