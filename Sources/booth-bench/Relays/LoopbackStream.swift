// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Rehearsal

/// A TCP connection to a program on this machine. Writes are complete, and reads wait.
final class LoopbackStream {
    private let descriptor: Descriptor
    private var buffer: [UInt8] = []
    private var place = 0
    /// The longest wait for bytes.
    var patience = BenchBooth.patience

    /// Connects; tries again until somebody listens.
    init(port: UInt16, within limit: Duration = BenchBooth.patience) throws {
        let deadline = BootTime.now() + limit
        while true {
            let opened = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard opened >= 0 else { throw SystemError("socket") }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(opened, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if result == 0 {
                var on: CInt = 1
                setsockopt(opened, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
                descriptor = Descriptor(owning: opened)
                return
            }
            close(opened)
            guard BootTime.now() < deadline else { throw RehearsalError("nobody listens on port \(port)") }
            poll(nil, 0, 10)
        }
    }

    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor.number, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw SystemError("write to a relay")
            }
            rest = rest.dropFirst(count)
        }
    }

    func write(_ text: String) throws { try write(Array(text.utf8)) }

    /// Waits for this many bytes.
    func read(_ count: Int) throws -> [UInt8] {
        while buffer.count - place < count { try receive() }
        defer { place += count }
        return Array(buffer[place..<place + count])
    }

    /// Waits for a line that ends with CR LF.
    ///
    /// - Returns: the line without them.
    func line() throws -> String {
        while true {
            if let end = buffer[place...].firstIndex(of: 0x0a) {
                defer { place = end + 1 }
                return String(decoding: buffer[place..<end].filter { $0 != 0x0d }, as: UTF8.self)
            }
            try receive()
        }
    }

    private func receive() throws {
        buffer.removeFirst(place)
        place = 0
        var ready = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, CInt(clamping: patience.milliseconds)) > 0 else {
            throw RehearsalError("a relay said nothing for \(patience)")
        }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor.number, &bytes, bytes.count, 0)
        guard count > 0 else { throw RehearsalError("a relay closed its connection") }
        buffer += bytes.prefix(count)
    }
}
