// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Synchronization

/// The next port to try. It starts at a random one, because several processes may search at the same time.
private let next = Mutex(UInt16.random(in: LoopbackPorts.range))

private enum LoopbackPorts {
    /// Below the kernel's ports for outgoing connections (32768 and up, ip(7)). So no client gets a found port before
    /// its server listens.
    static let range: Range<UInt16> = 10_000..<32_000
}

/// A TCP port of 127.0.0.1 that nobody listens on, and that this process has not returned recently.
///
/// - Throws: `SystemError` when the system has no socket left.
package func freePort() throws(SystemError) -> UInt16 {
    for _ in LoopbackPorts.range {
        let port = next.withLock { port in
            port = port + 1 < LoopbackPorts.range.upperBound ? port + 1 : LoopbackPorts.range.lowerBound
            return port
        }
        if try isFree(port) { return port }
    }
    throw SystemError("find a free port of 127.0.0.1")
}

private func isFree(_ port: UInt16) throws(SystemError) -> Bool {
    let opened = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard opened >= 0 else { throw SystemError("socket") }
    let descriptor = Descriptor(owning: opened)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            bind(descriptor.number, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
