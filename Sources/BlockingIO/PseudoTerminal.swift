// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A serial line without hardware (pty(7)).
package enum PseudoTerminal {
    /// Makes one.
    ///
    /// - Returns: the master, which the caller closes and which never blocks, and where the slave is opened.
    /// - Throws: `SystemError` when the process has no descriptor, or the system no pseudo-terminal left.
    package static func open() throws(SystemError) -> (master: CInt, slavePath: String) {
        var path = [CChar](repeating: 0, count: 128)
        let master = clinux_open_pseudo_terminal(&path, path.count)
        guard master >= 0 else { throw SystemError("posix_openpt") }
        return (master, String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}
