// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An address to listen on: `127.0.0.1:8443`, `[::1]:8443`, `localhost:0`. Port 0 means a free port.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    package var host: String
    package var port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// - Throws: `HTTPServerError` for anything that is not HOST:PORT.
    package init(_ text: String) throws(HTTPServerError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw HTTPServerError(.parseAddress, text, reason: "HOST:PORT is wanted, as 127.0.0.1:8443")
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw HTTPServerError(.parseAddress, text, reason: "an IPv6 address is written in brackets, as [::1]:8443")
        }
        guard !host.isEmpty else {
            throw HTTPServerError(.parseAddress, text, reason: "HOST is missing, as in 127.0.0.1:8443")
        }
        self.init(host: String(host), port: port)
    }

    /// Whether only this machine can reach it.
    package var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A bound, listening TCP socket. Not owned: the daemon takes it and closes it.
struct ListeningSocket {
    let descriptor: CInt
    let port: UInt16

    /// - Throws: `HTTPServerError` when the host is unknown or the port is taken.
    init(_ address: ListenAddress) throws(HTTPServerError) {
        var wanted = addrinfo()
        wanted.ai_socktype = CInt(SOCK_STREAM.rawValue)
        wanted.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(address.host, String(address.port), &wanted, &found)
        guard code == 0, let first = found else {
            throw HTTPServerError(.listen, address.description, reason: String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(first) }
        descriptor = try Self.open(first.pointee, address)
        port = Self.port(of: descriptor)
    }

    private static func open(_ info: addrinfo, _ address: ListenAddress) throws(HTTPServerError) -> CInt {
        let descriptor = socket(info.ai_family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HTTPServerError(.listen, address.description, errno: errno) }
        // A restarted platform must get its port back at once, even while old connections are in TIME_WAIT.
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        guard bind(descriptor, info.ai_addr, info.ai_addrlen) == 0, Glibc.listen(descriptor, 128) == 0 else {
            let error = HTTPServerError(.listen, address.description, errno: errno)
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func port(of descriptor: CInt) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &storage) { bytes in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                getsockname(descriptor, address, &length) == 0
            else { return 0 }
            // The port lies at the same place in sockaddr_in and sockaddr_in6 (RFC 3493, 3.3).
            return UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        }
    }
}
