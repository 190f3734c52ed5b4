// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// A TCP port of 127.0.0.1 on which nobody listens, chosen by the kernel, above 1023.
///
/// Nothing keeps it free until it is used; the kernel hands out others first for a while.
/// - Throws: `SystemError` when there is none.
package func freePort() throws(SystemError) -> UInt16 {
    let opened = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard opened >= 0 else { throw SystemError("socket") }
    let descriptor = Descriptor(owning: opened)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            bind(descriptor.number, generic, length) == 0 ? getsockname(descriptor.number, generic, &length) : -1
        }
    }
    guard result == 0 else { throw SystemError("bind 127.0.0.1") }
    return UInt16(bigEndian: address.sin_port)
}
