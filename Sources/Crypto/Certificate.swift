// SPDX-License-Identifier: Apache-2.0
import CCrypto
import Glibc

/// An X.509 certificate (RFC 5280), with the properties that a technician needs.
package final class Certificate {
    private let raw: OpaquePointer

    private init(owning raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        X509_free(raw)
    }

    /// All certificates of a PEM text, in order; empty if there are none.
    package static func all(inPEM text: [UInt8]) -> [Certificate] {
        guard let source = BIO_new_mem_buf(text, CInt(clamping: text.count)) else { return [] }
        defer { BIO_free(source) }
        var found: [Certificate] = []
        while let raw = PEM_read_bio_X509(source, nil, nil, nil) { found.append(Certificate(owning: raw)) }
        // Reading past the last one leaves an error in libcrypto's queue. Nobody needs it.
        ERR_clear_error()
        return found
    }

    /// The first and last second of validity, in seconds since 1970; nil if they cannot be read.
    package var validity: ClosedRange<Int>? {
        guard let first = Self.seconds(X509_get0_notBefore(raw)), let last = Self.seconds(X509_get0_notAfter(raw)),
            first <= last
        else { return nil }
        return first...last
    }

    /// The subject on one line: `CN=B0001,O=county` (RFC 2253).
    package var subject: String {
        guard let memory = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(memory) }
        X509_NAME_print_ex(memory, X509_get_subject_name(raw), 0, ccrypto_name_flags)
        var room = [UInt8](repeating: 0, count: 1024)
        let count = BIO_read(memory, &room, CInt(room.count))
        return String(decoding: room.prefix(max(0, Int(count))), as: UTF8.self)
    }

    /// Whether a client may use it: its key usage and extended key usage allow that, or are absent.
    package var isForClients: Bool { X509_check_purpose(raw, X509_PURPOSE_SSL_CLIENT, 0) == 1 }

    /// Whether `key` is the key of this certificate.
    package func belongs(to key: PrivateKey) -> Bool {
        defer { ERR_clear_error() }
        return X509_check_private_key(raw, key.raw) == 1
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int? {
        var civil = tm()
        guard ASN1_TIME_to_tm(time, &civil) == 1 else { return nil }
        return timegm(&civil)
    }
}

/// A private key without a passphrase.
package final class PrivateKey {
    let raw: OpaquePointer

    /// The first key of a PEM text; nil if there is none, or if it needs a passphrase.
    package init?(pem text: [UInt8]) {
        guard let source = BIO_new_mem_buf(text, CInt(clamping: text.count)) else { return nil }
        defer {
            BIO_free(source)
            ERR_clear_error()
        }
        // Without this callback libcrypto would ask for the passphrase on the terminal.
        guard let raw = PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil) else { return nil }
        self.raw = raw
    }

    deinit {
        EVP_PKEY_free(raw)
    }
}

/// The libcrypto that this process uses.
package enum CryptoLibrary {
    /// The library's version text: `OpenSSL 3.0.16 11 Feb 2025`.
    package static var version: String { String(cString: OpenSSL_version(OPENSSL_VERSION)) }
}
