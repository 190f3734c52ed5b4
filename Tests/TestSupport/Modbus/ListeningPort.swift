// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// A port of 127.0.0.1 where clients are connected by the kernel and, as long as nobody accepts them, never answered.
package final class ListeningPort {
    package let port: UInt16
    private var descriptor: CInt

    package init() throws(SystemError) {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listening = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listening, $0, length) == 0 && listen(listening, 64) == 0
                    && getsockname(listening, $0, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isBound else { throw SystemError("listen") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Hands over the listening socket, which the caller closes.
    func takeDescriptor() -> CInt {
        defer { descriptor = -1 }
        return descriptor
    }
}
