// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Rehearsal

/// The service manager's end of `$NOTIFY_SOCKET` (sd_notify(3)).
final class NotifySocket {
    let path: String
    private let descriptor: Descriptor

    /// - Parameter path: the socket to create; it is removed with its folder.
    init(path: String) throws {
        self.path = path
        let opened = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard opened >= 0 else { throw SystemError("socket") }
        descriptor = Descriptor(owning: opened)
        try UnixSocket.bind(opened, to: path)
    }

    /// Waits for a message that contains `line`.
    ///
    /// - Returns: when it came.
    /// - Throws: `RehearsalError` when it does not come within `limit`.
    func wait(for line: String, within limit: Duration) throws -> BootTime {
        let deadline = BootTime.now() + limit
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            var one = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
            guard poll(&one, 1, CInt(clamping: deadline.millisecondsAway())) > 0 else {
                throw RehearsalError("nothing said \(line) within \(limit)")
            }
            let now = BootTime.now()
            let count = recv(descriptor.number, &bytes, bytes.count, 0)
            let message = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            if message.split(separator: "\n").contains(where: { $0 == line }) { return now }
        }
    }
}
