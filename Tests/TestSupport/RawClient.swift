// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A TCP connection to 127.0.0.1 that sends the bytes it is told and shows the bytes it gets.
package final class RawClient {
    private let descriptor: CInt
    private var unread: [UInt8] = []

    /// An HTTP answer as it stood on the wire.
    package struct Answer {
        package var status: Int
        /// The header's lines after the first.
        package var headers: [String]
        package var body: String
    }

    /// Connects; every read gives up after ten seconds.
    package init(port: UInt16) {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if code != 0 { perror("connect") }
    }

    deinit {
        close(descriptor)
    }

    /// Sends bytes as they are; what the peer no longer takes is dropped.
    package func send(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Sends a POST with the length of `body` and more `headers`, each `Name: value`.
    package func post(_ path: String, headers: [String] = [], body: String) {
        let lines = ["POST \(path) HTTP/1.1", "Host: test", "Content-Length: \(body.utf8.count)"] + headers
        send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Sends a GET without a body.
    package func get(_ path: String) {
        send("GET \(path) HTTP/1.1\r\nHost: test\r\n\r\n")
    }

    /// The next answer, with as much of the body as arrives; nil when the connection ends before its header is complete.
    package func answer() -> Answer? {
        var end = endOfHeader()
        while end == nil, receive() { end = endOfHeader() }
        guard let end else { return nil }
        let lines = String(decoding: unread[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
        unread.removeFirst(end)
        let promised = lines.lazy.compactMap { Self.contentLength(in: $0) }.first ?? 0
        while unread.count < promised, receive() {}
        let body = unread.prefix(promised)
        unread.removeFirst(body.count)
        return Answer(
            status: lines.first.flatMap { Int($0.split(separator: " ")[1]) } ?? 0,
            headers: Array(lines.dropFirst()), body: String(decoding: body, as: UTF8.self))
    }

    private static func contentLength(in line: String) -> Int? {
        let parts = line.split(separator: ": ", maxSplits: 1)
        return parts.count == 2 && parts[0].lowercased() == "content-length" ? Int(parts[1]) : nil
    }

    private func endOfHeader() -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard unread.count >= 4 else { return nil }
        return (0...unread.count - 4).first { Array(unread[$0..<$0 + 4]) == mark }.map { $0 + 4 }
    }

    private func receive() -> Bool {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &piece, piece.count, 0)
        guard count > 0 else { return false }
        unread += piece[..<count]
        return true
    }
}
