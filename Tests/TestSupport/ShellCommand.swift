// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Runs a shell command to its end.
///
/// - Returns: its exit code (-1 when it did not exit) and what it wrote to standard output.
package func output(of command: String) -> (code: CInt, text: String) {
    guard let pipe = popen(command, "re") else { return (-1, "") }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&piece, 1, piece.count, pipe), count > 0 { bytes += piece[..<count] }
    let status = pclose(pipe)
    // Wait status: the low seven bits are 0 for an exit, the next eight its code (wait(2)).
    return (status & 0x7F == 0 ? status >> 8 & 0xFF : -1, String(decoding: bytes, as: UTF8.self))
}
