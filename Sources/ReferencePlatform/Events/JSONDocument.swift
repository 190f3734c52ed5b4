// SPDX-License-Identifier: Apache-2.0

/// Why a text is not JSON, and where.
struct JSONError: Error, Equatable {
    /// Bytes before the place.
    var offset: Int
    var reason: String

    var description: String { "\(reason) at byte \(offset)" }
}

/// A strict reader of JSON that also tells which bytes an element of an array was written in.
///
/// Foundation's decoder does not tell; the platform keeps each event of a batch as it was sent, byte for byte.
struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private static let deepest = 64

    private init(_ bytes: [UInt8]) throws(JSONError) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONError(offset: 0, reason: "the text is not UTF-8")
        }
        self.bytes = bytes
    }

    /// The one value that `bytes` hold.
    static func value(of bytes: [UInt8]) throws(JSONError) -> JSON {
        var parser = try JSONParser(bytes)
        let value = try parser.value(depth: 0)
        try parser.expectEnd()
        return value
    }

    /// The elements of the one array that `bytes` hold, each with its bytes.
    static func elements(of bytes: [UInt8]) throws(JSONError) -> [(value: JSON, bytes: [UInt8])] {
        var parser = try JSONParser(bytes)
        var elements: [(value: JSON, bytes: [UInt8])] = []
        parser.skipSpace()
        guard parser.next() == UInt8(ascii: "[") else { throw parser.error("an array is wanted") }
        parser.position += 1
        try parser.list(closedBy: UInt8(ascii: "]")) { (parser) throws(JSONError) in
            parser.skipSpace()
            let start = parser.position
            let value = try parser.value(depth: 1)
            elements.append((value, Array(bytes[start..<parser.position])))
        }
        try parser.expectEnd()
        return elements
    }

    // MARK: Grammar

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard depth < Self.deepest else { throw error("nested deeper than \(Self.deepest)") }
        skipSpace()
        switch next() {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> [String: JSON] {
        var members: [String: JSON] = [:]
        position += 1
        try list(closedBy: UInt8(ascii: "}")) { (parser) throws(JSONError) in
            parser.skipSpace()
            guard parser.next() == UInt8(ascii: "\"") else { throw parser.error("a member's name is wanted") }
            let name = try parser.string()
            parser.skipSpace()
            guard parser.next() == UInt8(ascii: ":") else { throw parser.error("a colon is wanted") }
            parser.position += 1
            let value = try parser.value(depth: depth + 1)
            // Two readers of one text must not understand two things.
            guard members.updateValue(value, forKey: name) == nil else {
                throw parser.error("the member \"\(name)\" stands twice")
            }
        }
        return members
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSON] {
        var elements: [JSON] = []
        position += 1
        try list(closedBy: UInt8(ascii: "]")) { (parser) throws(JSONError) in
            elements.append(try parser.value(depth: depth + 1))
        }
        return elements
    }

    /// What stands between an opening bracket, already read, and its closing one.
    private mutating func list(
        closedBy closing: UInt8, _ item: (inout JSONParser) throws(JSONError) -> Void
    ) throws(JSONError) {
        skipSpace()
        if next() == closing {
            position += 1
            return
        }
        while true {
            try item(&self)
            skipSpace()
            let byte = next()
            guard byte == UInt8(ascii: ",") || byte == closing else { throw error("a comma or a bracket is wanted") }
            position += 1
            if byte == closing { return }
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        for index in 0..<word.utf8CodeUnitCount {
            guard next() == word.utf8Start[index] else { throw error("a value is wanted") }
            position += 1
        }
        return value
    }

    // MARK: Numbers

    private mutating func number() throws(JSONError) -> JSON {
        let start = position
        if next() == UInt8(ascii: "-") { position += 1 }
        let first = next()
        guard try digits() == 1 || first != UInt8(ascii: "0") else { throw error("a number begins with 0") }
        var isWhole = true
        if next() == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            _ = try digits()
        }
        if next() == UInt8(ascii: "e") || next() == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            if next() == UInt8(ascii: "+") || next() == UInt8(ascii: "-") { position += 1 }
            _ = try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw error("a number is too large") }
        return .number(number)
    }

    /// Skips one digit or more; tells how many.
    private mutating func digits() throws(JSONError) -> Int {
        let start = position
        while let byte = next(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw error("a value is wanted") }
        return position - start
    }

    // MARK: Strings

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while let byte = next(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        var text = String(decoding: bytes[start..<position], as: UTF8.self)
        while true {
            guard let byte = next(), byte >= 0x20 else { throw error("a string is not ended") }
            if byte == UInt8(ascii: "\"") {
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") {
                text.unicodeScalars.append(try escaped())
                continue
            }
            let run = position
            while let byte = next(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
                position += 1
            }
            text += String(decoding: bytes[run..<position], as: UTF8.self)
        }
    }

    private mutating func escaped() throws(JSONError) -> Unicode.Scalar {
        position += 1
        guard let letter = next() else { throw error("a string is not ended") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw error("an unknown escape")
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let unit = try fourDigits()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard unit < 0xDC00, next() == UInt8(ascii: "\\") else { throw error("half a surrogate pair") }
        position += 1
        guard next() == UInt8(ascii: "u") else { throw error("half a surrogate pair") }
        position += 1
        let low = try fourDigits()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { throw error("half a surrogate pair") }
        return scalar
    }

    private mutating func fourDigits() throws(JSONError) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("four hexadecimal digits are wanted")
            }
            number = number << 4 | UInt32(digit)
            position += 1
        }
        return number
    }

    // MARK: Bytes

    private func next() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next(), [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private mutating func expectEnd() throws(JSONError) {
        skipSpace()
        guard position == bytes.count else { throw error("something follows the value") }
    }

    private func error(_ reason: String) -> JSONError { JSONError(offset: position, reason: reason) }
}
