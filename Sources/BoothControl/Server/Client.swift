// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc

/// One connection: its input, its current call, and its unread output. Used on the control thread only.
final class Client {
    /// The state of the current call. Calls are answered one after the other.
    enum Activity {
        /// No call, or it is answered.
        case idle
        /// The daemon has the call.
        case asked(serial: Int, oneway: Bool)
        /// The daemon was asked for the newest events. Events published meanwhile are sent after them.
        case opening(serial: Int, meanwhile: [RecentEvent])
        /// Gets each published event with a higher key.
        case following(after: Int64)
        /// Has a bus or a walk test until the connection ends.
        case holding(serial: Int)
    }

    enum Next {
        case call(VarlinkCall)
        case incomplete
        /// Too long, or not a call: the connection has to end.
        case broken
    }

    let number: Int
    let socket: CInt
    let caller: Caller
    var activity = Activity.idle
    private(set) var output = OutputBuffer()
    /// Since when the client has read none of its output; nil if there is no unread output.
    private(set) var unreadSince: BootTime?
    private var input = MessageBuffer()
    /// Whether the client has ended its sending side; it may still read.
    private(set) var inputEnded = false

    init(number: Int, socket: CInt, caller: Caller) {
        self.number = number
        self.socket = socket
        self.caller = caller
    }

    deinit {
        close(socket)
    }

    /// Whether the next call may begin: the last one is answered, and its answer was sent.
    var isReady: Bool {
        guard case .idle = activity else { return false }
        return output.isEmpty
    }

    var isFollower: Bool {
        switch activity {
        case .opening, .following: true
        case .idle, .asked, .holding: false
        }
    }

    /// Whether it may be dropped for a new client: it has no call, or has not read its answer for `patience`.
    func isDispensable(unreadFor patience: Duration, at now: BootTime) -> Bool {
        guard case .idle = activity else { return false }
        return output.isEmpty || unreadSince.map { now - $0 >= patience } == true
    }

    /// Sends as much output as the client takes now.
    ///
    /// - Returns: false if the client is gone.
    func flush() -> Bool {
        let before = output.count
        let isThere = output.flush(to: socket)
        if output.isEmpty {
            unreadSince = nil
        } else if unreadSince == nil || output.count < before {
            unreadSince = .now()
        }
        return isThere
    }

    /// Reads once.
    ///
    /// - Returns: false if the connection is broken.
    func read(into room: inout [UInt8]) -> Bool {
        let count = recv(socket, &room, room.count, 0)
        guard count >= 0 else {
            let code = errno
            return code == EAGAIN || code == EINTR
        }
        if count == 0 { inputEnded = true }
        input.append(room.prefix(count))
        return true
    }

    func next() -> Next {
        do {
            guard let message = try input.next() else { return .incomplete }
            return VarlinkCall(message).map(Next.call) ?? .broken
        } catch {
            return .broken
        }
    }

    func reply(_ text: String) {
        output.append(message: text.utf8)
    }
}
