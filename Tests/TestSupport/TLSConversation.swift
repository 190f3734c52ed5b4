// SPDX-License-Identifier: Apache-2.0
import Glibc
import Rehearsal

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
