// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport

/// Certificates with dates of our own choice, and their authority, for 127.0.0.1.
struct DatedCertificates {
    let folder = TemporaryFolder()

    /// - Returns: nil when openssl refuses.
    init?() {
        let settings = """
            [ca]
            default_ca = d
            [d]
            database = index
            serial = serial
            new_certs_dir = .
            default_md = sha256
            policy = p
            unique_subject = no
            x509_extensions = e
            [p]
            commonName = supplied
            [e]
            subjectAltName = IP:127.0.0.1
            [req]
            distinguished_name = n
            x509_extensions = a
            [n]
            [a]
            basicConstraints = critical,CA:TRUE
            """
        let script = """
            cd '\(folder.path)' && : >index && echo 1000 >serial && cat >settings <<'END'
            \(settings)
            END
            key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>log; }
            leaf() {
                openssl req -new -key leaf.key -subj /CN=leaf -config settings -out "$1.csr" &&
                openssl ca -batch -config settings -cert ca.pem -keyfile ca.key -in "$1.csr" -out "$1.pem" -notext \
                    -startdate "$2" -enddate "$3" 2>>log
            }
            key ca.key && key leaf.key &&
            openssl req -x509 -new -key ca.key -days 30 -subj /CN=authority -config settings -out ca.pem &&
            leaf old 20200101000000Z 20200201000000Z && leaf early 20900101000000Z 20910101000000Z
            """
        guard output(of: script).code == 0 else { return nil }
    }
}

/// `openssl s_server` that ends the handshake of a client without a certificate that it trusts.
final class StrictServer {
    let port: UInt16
    private let pid: pid_t
    private let pipe: UnsafeMutablePointer<FILE>

    /// - Parameter version: `-tls1_2` or `-tls1_3`, and other options of s_server(1).
    init?(certificates folder: String, version: String) {
        let command = """
            cd '\(folder)'; echo $$; exec openssl s_server -accept 127.0.0.1:0 \(version) -www -cert platform.pem \
            -key platform.key -CAfile ca.pem -Verify 3 -verify_return_error 2>/dev/null
            """
        guard let pipe = popen(command, "re") else { return nil }
        var pid: pid_t?
        var line = [CChar](repeating: 0, count: 4096)
        while fgets(&line, CInt(line.count), pipe) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if pid == nil { pid = pid_t(text.dropLast()) }
            guard text.hasPrefix("ACCEPT "), let colon = text.lastIndex(of: ":"), let pid else { continue }
            guard let port = UInt16(text[text.index(after: colon)...].dropLast()) else { break }
            self.pid = pid
            self.pipe = pipe
            self.port = port
            return
        }
        if let pid { kill(pid, SIGKILL) }
        pclose(pipe)
        return nil
    }

    deinit {
        kill(pid, SIGKILL)
        pclose(pipe)
    }
}
