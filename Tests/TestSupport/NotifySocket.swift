// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// The service manager's end of `$NOTIFY_SOCKET` (sd_notify(3)).
package final class NotifySocket {
    /// Where it is bound: the value of `$NOTIFY_SOCKET`.
    package let path: String
    private let descriptor: Descriptor

    /// - Throws: `SystemError` when `path` is taken or too long for a socket.
    package init(path: String) throws(SystemError) {
        let opened = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard opened >= 0 else { throw SystemError("socket") }
        descriptor = Descriptor(owning: opened)
        self.path = path
        try UnixSocket.bind(opened, to: path)
    }

    /// Fills the queue, as a manager that does not read leaves it: whoever sends the next message waits.
    ///
    /// - Throws: `SystemError` when the socket cannot be reached.
    package func fill() throws(SystemError) {
        let sender = Descriptor(
            owning: socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0))
        try UnixSocket.connect(sender.number, to: path)
        while send(sender.number, "x", 1, 0) == 1 {}
    }

    /// Every message that waits, oldest first.
    package func received() -> [String] {
        var messages: [String] = []
        while let message = receive() { messages.append(message) }
        return messages
    }

    /// The next message; nil when none comes in time.
    package func next(within limit: Duration) -> String? {
        var waiting = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        let milliseconds = limit.components.seconds * 1000 + limit.components.attoseconds / 1_000_000_000_000_000
        guard poll(&waiting, 1, CInt(clamping: milliseconds)) > 0 else { return nil }
        return receive()
    }

    private func receive() -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor.number, &bytes, bytes.count, 0)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}
