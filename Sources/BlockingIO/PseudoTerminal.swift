// SPDX-License-Identifier: Apache-2.0
import CLinux

/// A serial line without hardware (pty(7)).
package enum PseudoTerminal {
    /// Opens a pseudo-terminal.
    ///
    /// - Returns: the non-blocking master, which the caller closes, and the path of the slave.
    /// - Throws: `SystemError` when the process has no descriptor left, or the system no pseudo-terminal.
    package static func open() throws(SystemError) -> (master: CInt, slavePath: String) {
        var path = [CChar](repeating: 0, count: 128)
        let master = clinux_open_pseudo_terminal(&path, path.count)
        guard master >= 0 else { throw SystemError("posix_openpt") }
        return (master, String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}
