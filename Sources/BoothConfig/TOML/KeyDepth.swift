// SPDX-License-Identifier: Apache-2.0

/// Checks before parsing that no key has too many parts.
///
/// `a.a.a.…` makes one nested table for each dot. toml++ 3.3 limits nested values but not these, and frees its result
/// by recursion. So a file of 20 kB could overflow the stack and end a running agent that reads it again.
struct KeyDepth {
    /// The most parts of one key; the deepest key in use has four. The stack holds this many times toml++'s 256 nested
    /// values.
    static let most = 8

    private let bytes: [UInt8]
    private var index = 0
    private var place = Place.start

    /// - Throws: `TOMLError` at the first key with more than `most` parts. The parser reports all other errors.
    static func check(_ bytes: [UInt8]) throws(TOMLError) {
        var scan = KeyDepth(bytes: bytes)
        try scan.run()
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func run() throws(TOMLError) {
        var dots = 0
        while let byte = byte() {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): skipText(quoted: byte)
            case UInt8(ascii: "#"): skipComment()
            case UInt8(ascii: "."):
                dots += 1
                guard dots < Self.most else {
                    throw TOMLError(place: place, description: "a key of more than \(Self.most) parts")
                }
                advance()
            default:
                if Self.endsKey(byte) { dots = 0 }
                advance()
            }
        }
    }

    private static func endsKey(_ byte: UInt8) -> Bool {
        "\n=,[]{}".utf8.contains(byte)
    }

    private func byte(_ distance: Int = 0) -> UInt8? {
        index + distance < bytes.count ? bytes[index + distance] : nil
    }

    private mutating func advance() {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\n") {
            place = Place(line: place.line + 1, column: 1)
        } else if byte & 0xC0 != 0x80 {
            // Columns count characters, so continuation bytes of UTF-8 are not counted.
            place.column += 1
        }
    }

    private mutating func skipComment() {
        while let byte = byte(), byte != UInt8(ascii: "\n") { advance() }
    }

    /// Skips a quoted text. If a one-line text does not end on its line, skips to the end of the line.
    private mutating func skipText(quoted quote: UInt8) {
        let isLong = byte(1) == quote && byte(2) == quote
        for _ in 0..<(isLong ? 3 : 1) { advance() }
        while let byte = byte() {
            if byte == UInt8(ascii: "\n"), !isLong { return }
            if byte == quote, !isLong || (self.byte(1) == quote && self.byte(2) == quote) {
                for _ in 0..<(isLong ? 3 : 1) { advance() }
                // One or two quotes directly before the closing quotes belong to the text.
                for _ in 0..<2 where isLong && self.byte() == quote { advance() }
                return
            }
            advance()
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), self.byte() != nil { advance() }
        }
    }
}
