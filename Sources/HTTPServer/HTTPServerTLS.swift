// SPDX-License-Identifier: Apache-2.0
import CMicrohttpd
import Glibc

/// A server's TLS certificates; read and checked when this value is created.
package struct HTTPServerTLS: Sendable {
    let certificate: String
    let key: String
    let clientAuthority: String?

    /// - Parameters:
    ///   - certificate: a PEM file: the server's certificate, then the intermediate certificates up to its authority.
    ///   - key: a PEM file: the server's private key, without a pass phrase.
    ///   - clientAuthority: a PEM file: the authority that must have signed client certificates; nil: clients need
    ///     none.
    /// - Throws: `HTTPServerError` when a file cannot be read or is not what it should be.
    package init(certificate: String, key: String, clientAuthority: String? = nil) throws(HTTPServerError) {
        self.certificate = try Self.text(of: certificate)
        self.key = try Self.text(of: key)
        let code = cmicrohttpd_check_pair(self.certificate, self.key)
        guard code == 0 else { throw HTTPServerError(.useCertificate, "\(certificate) with \(key)", gnutls: code) }
        guard let clientAuthority else {
            self.clientAuthority = nil
            return
        }
        let authority = try Self.text(of: clientAuthority)
        let trusted = cmicrohttpd_check_trust(authority)
        guard trusted == 0 else { throw HTTPServerError(.trust, clientAuthority, gnutls: trusted) }
        self.clientAuthority = authority
    }

    private static func text(of path: String) throws(HTTPServerError) -> String {
        guard let file = fopen(path, "re") else { throw HTTPServerError(.readFile, path, errno: errno) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 256 * 1024)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw HTTPServerError(.readFile, path, errno: EIO) }
        guard count < bytes.count else { throw HTTPServerError(.readFile, path, errno: EFBIG) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
