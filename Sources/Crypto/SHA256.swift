// SPDX-License-Identifier: Apache-2.0
import CCrypto

/// SHA-256 (FIPS 180-4), by libcrypto.
package enum SHA256 {
    /// The digest of `bytes` as 64 lower-case hexadecimal digits.
    package static func hexadecimal(of bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: CUnsignedInt = 0
        let isDigested = EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil)
        precondition(isDigested == 1, "libcrypto has no SHA-256")
        return digest.prefix(Int(length)).reduce(into: "") { text, byte in
            text += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
        }
    }
}
