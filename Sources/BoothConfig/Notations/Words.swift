// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension Notation where Value == String {
    /// Any text that is not blank, of at most 128 characters, without control characters.
    static var name: Notation {
        .text(zh: "非空文字，最多 128 个字符", en: "a text that is not empty, 128 characters at most") { text in
            let isPrintable = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            let isBlank = text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
            return isPrintable && !isBlank && text.count <= 128 ? text : nil
        }
    }

    /// A name given by the configuration, for example to a point or a bus.
    static var id: Notation {
        .text(zh: "1 至 32 个小写字母、数字和连字符", en: "1 to 32 lower-case letters, digits and hyphens") { text in
            isID(text) ? text : nil
        }
    }

    static func isID(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch UInt8(byte) {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// A code of the county. It becomes part of URNs and URLs, so it has no blanks and nothing that needs escaping.
    static var code: Notation {
        .text(
            zh: "1 至 64 个字母、数字、\"-\"、\"_\" 或 \".\"", en: "1 to 64 letters, digits, \"-\", \"_\" or \".\""
        ) { text in
            let isCode = text.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "-_.".contains(Character($0)))
            }
            return isCode && (1...64).contains(text.utf8.count) ? text : nil
        }
    }

    /// A county code of GB/T 2260.
    static var county: Notation {
        .text(zh: "六位数字字符串（GB/T 2260），如 \"330225\"", en: "six digits in quotes (GB/T 2260), such as \"330225\"") {
            text in
            text.utf8.count == 6 && text.utf8.allSatisfy(isDigit) ? text : nil
        }
    }

    /// An IANA zone that this system has.
    static func timeZone(in locations: FileLocations) -> Notation {
        .text(
            zh: "本机时区数据库中的名称，如 \"Asia/Shanghai\"（Debian 包 tzdata）",
            en: "a zone of this system, such as \"Asia/Shanghai\" (Debian package tzdata)"
        ) { !locations.knowsZones || TimeZoneDatabase.contains($0) ? $0 : nil }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension Notation where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One word of a fixed set.
    static var word: Notation { .word(among: Array(Value.allCases)) }

    /// One word of a subset.
    static func word(among values: [Value]) -> Notation {
        let words = values.map(\.rawValue)
        let list = words.map { "\"\($0)\"" }.joined(separator: " | ")
        return Notation(Message(zh: list, en: list)) { value in
            guard case .string(let text) = value else { return .refused }
            if let value = values.first(where: { $0.rawValue == text }) { return .value(value) }
            guard let closest = Suggestion.closest(to: text, among: words) else { return .refused }
            let wrong = TOMLValue.quoted(text)
            return .refusedBecause(
                Message(
                    zh: "没有 \(wrong) 这个取值；是不是 \"\(closest)\"？（可用：\(list)）",
                    en: "there is no \(wrong) here; did you mean \"\(closest)\"? (\(list))"))
        }
    }
}

extension Notation where Value == Bool {
    static var flag: Notation {
        Notation(Message(zh: "true 或 false（不加引号）", en: "true or false, without quotes")) { value in
            guard case .boolean(let flag) = value else { return .refused }
            return .value(flag)
        }
    }
}
