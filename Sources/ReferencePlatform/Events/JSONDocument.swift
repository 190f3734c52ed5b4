// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials

/// A JSON text (RFC 8259) and its value. It refuses texts that two readers could understand differently.
struct JSONDocument {
    let text: String
    let value: JSON

    /// Why a text is not JSON.
    struct Problem: Error, Equatable {
        let reason: String

        init(_ reason: String) {
            self.reason = reason
        }
    }

    /// Reads the one value in `bytes`.
    init(_ bytes: [UInt8]) throws(Problem) {
        // The decoder would take a NUL or a byte order mark as a sign of UTF-16, and read another text than the one
        // kept.
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0), bytes.first != 0xEF else {
            throw Problem("the text is not UTF-8, or begins with a byte order mark")
        }
        do { value = try JSONDecoder().decode(JSON.self, from: Data(bytes)) } catch {
            throw Problem(Self.reason(error))
        }
        self.text = text
        try checkSpelling()
    }

    /// The elements of an array, each with its bytes as they were sent; nil if the value is no array.
    var elements: [(value: JSON, bytes: [UInt8])]? {
        guard case .array(let values) = value else { return nil }
        return Array(zip(values, JSONText.elements(of: text).map { Array($0.utf8) }))
    }

    /// Refuses what the decoder accepts: a comma before a closing bracket, and a member that occurs twice.
    private func checkSpelling() throws(Problem) {
        var isComma = false
        var members = 0
        for byte in JSONText.structure(of: text) {
            switch byte {
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if isComma { throw Problem("a comma stands before a closing bracket") }
            case UInt8(ascii: ":"): members += 1
            default: break
            }
            isComma = byte == UInt8(ascii: ",")
        }
        // If a member occurs twice, the decoder keeps one. So the value has fewer members than the text.
        guard members == value.memberCount else { throw Problem("a member stands twice in one object") }
    }

    private static func reason(_ error: any Error) -> String {
        guard case .dataCorrupted(let context)? = error as? DecodingError else { return "\(error)" }
        let place = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return place.isEmpty ? context.debugDescription : "\(place): \(context.debugDescription)"
    }
}
