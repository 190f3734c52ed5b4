// SPDX-License-Identifier: Apache-2.0
import CCrypto

/// SHA-256 (FIPS 180-4) by libcrypto, reusable for one digest after another, so the algorithm is fetched only once.
///
/// Not `Sendable`: one thread uses it.
package final class SHA256 {
    private let context: OpaquePointer
    private let algorithm: OpaquePointer

    package init() {
        guard let context = EVP_MD_CTX_new(), let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        self.context = context
        self.algorithm = algorithm
        begin()
    }

    deinit {
        EVP_MD_CTX_free(context)
        EVP_MD_free(algorithm)
    }

    private func begin() {
        let isReady = EVP_DigestInit_ex2(context, algorithm, nil)
        precondition(isReady == 1, "libcrypto has no SHA-256")
    }

    /// Adds bytes.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        EVP_DigestUpdate(context, start, bytes.count)
    }

    /// Adds bytes.
    package func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Adds a text as UTF-8.
    package func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// Adds an integer as 8 bytes, most significant first.
    package func update(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { update($0) }
    }

    /// The digest of all bytes added so far. Bytes added later begin a new digest.
    package func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: CUnsignedInt = 0
        EVP_DigestFinal_ex(context, &bytes, &length)
        begin()
        guard let digest = Digest(bytes.prefix(Int(length))) else { preconditionFailure("SHA-256 has 32 bytes") }
        return digest
    }

    /// The digest of `bytes`.
    package static func digest(of bytes: [UInt8]) -> Digest {
        let hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// The digest of `bytes` as 64 lower-case hexadecimal digits.
    package static func hexadecimal(of bytes: [UInt8]) -> String { digest(of: bytes).hexadecimal }
}
