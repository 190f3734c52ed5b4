// SPDX-License-Identifier: Apache-2.0
import Glibc
import Rehearsal

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

/// Throw-away certificates in a folder of their own: `scripts/make-certificates`.
package func makeCertificates() -> TemporaryFolder {
    let folder = TemporaryFolder()
    do { _ = try Certificates(in: folder.path) } catch { fatalError("\(error)") }
    return folder
}

/// Sends one HTTP request over TLS with `openssl s_client`, which checks the server against `ca.pem`.
///
/// - Parameters:
///   - options: more for s_client, such as `-cert booth.pem -key booth.key`; the working folder is `certificates`.
///   - request: the lines of the header but `Host` and `Connection`, then the body.
/// - Returns: the answer as it came; empty when there is no connection.
package func answerOverTLS(
    port: UInt16, certificates: TemporaryFolder, options: String, header: [String], body: String = ""
) -> String {
    let lines = header + ["Host: localhost", "Connection: close", "Content-Length: \(body.utf8.count)", "", body]
    let name = "request-\(UInt64.random(in: 0...UInt64.max))"
    guard let file = fopen(certificates.file(name), "we") else { return "" }
    fputs(lines.joined(separator: "\r\n"), file)
    fclose(file)
    return output(
        of: "cd '\(certificates.path)' && timeout 10 openssl s_client -quiet -verify_return_error -CAfile ca.pem "
            + "-connect 127.0.0.1:\(port) -verify_hostname localhost \(options) <\(name) 2>/dev/null"
    ).text
}
