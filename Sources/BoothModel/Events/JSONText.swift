// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// Cuts pieces out of a JSON text, without changing them.
///
/// A reply goes through `boothctl --json` and an event through the socket unchanged: decoding and encoding them again
/// would lose the order of the keys and the spelling of the numbers.
package enum JSONText {
    /// The value of the outermost object's member `name`; nil: it has none.
    ///
    /// - Parameter object: a whole JSON object, known to be well formed.
    package static func member(_ name: String, of object: String) -> String? {
        let quoted = "\"\(name)\""
        for piece in pieces(of: object) {
            guard let colon = firstColon(in: piece), trimmed(piece[..<colon]) == quoted else { continue }
            return trimmed(piece[piece.index(after: colon)...])
        }
        return nil
    }

    /// The elements of an array that is known to be well formed.
    package static func elements(of array: String) -> [String] {
        pieces(of: array).map(trimmed)
    }

    /// Encodes a value made of strings, integers and booleans, with its keys sorted.
    package static func encode(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A value made of strings, integers and booleans always encodes.
        guard let data = try? encoder.encode(value) else { preconditionFailure("a value that does not encode") }
        return String(decoding: data, as: UTF8.self)
    }

    /// The bytes outside of strings, without white space: brackets, commas, colons, numbers and words. Of each string
    /// only the opening quote stays.
    package static func structure(of text: String) -> [UInt8] {
        var scan = Scan()
        return text.utf8.filter { !scan.isInString($0) && !isSpace($0) }
    }

    /// The text between the outermost brackets, cut at the commas that belong to them.
    private static func pieces(of text: String) -> [Substring.UTF8View] {
        let bytes = text.utf8
        guard let open = bytes.firstIndex(where: { !isSpace($0) }) else { return [] }
        var pieces: [Substring.UTF8View] = []
        var depth = 0
        var scan = Scan()
        var start = bytes.index(after: open)
        for index in bytes.indices[open...] where !scan.isInString(bytes[index]) {
            switch bytes[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { pieces.append(text[start..<index].utf8) }
            case UInt8(ascii: ",") where depth == 1:
                pieces.append(text[start..<index].utf8)
                start = bytes.index(after: index)
            default: break
            }
        }
        return pieces.filter { !$0.allSatisfy(isSpace) }
    }

    /// Reads a text byte by byte, and knows where strings are.
    private struct Scan {
        private var inString = false
        private var isEscaped = false

        /// Whether the next byte belongs to a string; its opening quote does not, its closing quote does.
        mutating func isInString(_ byte: UInt8) -> Bool {
            guard inString else {
                inString = byte == UInt8(ascii: "\"")
                return false
            }
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                inString = false
            }
            return true
        }
    }

    /// The colon after a member's name. The name itself may contain one.
    private static func firstColon(in member: Substring.UTF8View) -> Substring.UTF8View.Index? {
        var scan = Scan()
        return member.firstIndex { !scan.isInString($0) && $0 == UInt8(ascii: ":") }
    }

    private static func trimmed(_ bytes: Substring.UTF8View) -> String {
        let front = bytes.drop(while: isSpace)
        guard let last = front.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(Substring(front[...last]))
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
