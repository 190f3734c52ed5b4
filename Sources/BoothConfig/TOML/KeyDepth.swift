// SPDX-License-Identifier: Apache-2.0

/// Looks, before toml++ does, whether a key has more parts than any key here could.
///
/// `a.a.a.…` makes a table in a table for each dot. toml++ 3.3 has a limit for values in values but none for this, and
/// frees what it read by recursion: a file of 20 kB would overflow the stack, and end a running agent that reads it
/// again.
struct KeyDepth {
    /// Most parts of one key: the deepest here has four. Times toml++'s 256 values in values, the stack holds it.
    static let most = 8

    private let bytes: [UInt8]
    private var index = 0
    private var place = Place.start

    /// - Throws: `TOMLError` at the first key with more than `most` parts. Whatever else is wrong is left to the parser.
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
            // Columns are characters, not the bytes that follow a character's first.
            place.column += 1
        }
    }

    private mutating func skipComment() {
        while let byte = byte(), byte != UInt8(ascii: "\n") { advance() }
    }

    /// Skips a text to its end; one that does not end on its line, and may not go beyond it, to the line's.
    private mutating func skipText(quoted quote: UInt8) {
        let isLong = byte(1) == quote && byte(2) == quote
        for _ in 0..<(isLong ? 3 : 1) { advance() }
        while let byte = byte() {
            if byte == UInt8(ascii: "\n"), !isLong { return }
            if byte == quote, !isLong || (self.byte(1) == quote && self.byte(2) == quote) {
                for _ in 0..<(isLong ? 3 : 1) { advance() }
                // One or two quotes right before the end belong to the text.
                for _ in 0..<2 where isLong && self.byte() == quote { advance() }
                return
            }
            advance()
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), self.byte() != nil { advance() }
        }
    }
}
