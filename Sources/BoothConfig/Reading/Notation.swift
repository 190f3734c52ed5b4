// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The allowed form of a value in the file, and how to parse it.
struct Notation<Value> {
    enum Parsed {
        case value(Value)
        /// The value has another form; the reader says which form is right.
        case refused
        /// The form is right but the value is wrong: what is wrong, and after a semicolon what would be right.
        case refusedBecause(Message)
    }

    /// The right form, worded to follow "write" or "应为": `a duration such as "20ms"`.
    var expected: Message
    var parse: (TOMLValue) -> Parsed

    init(_ expected: Message, parse: @escaping (TOMLValue) -> Parsed) {
        self.expected = expected
        self.parse = parse
    }

    /// A form for strings; `parse` returns nil for a text of another form.
    static func text(zh: String, en: String, parse: @escaping (String) -> Value?) -> Notation {
        Notation(Message(zh: zh, en: en)) { value in
            guard case .string(let text) = value, let parsed = parse(text) else { return .refused }
            return .value(parsed)
        }
    }
}

extension Message {
    /// The Chinese text to put after a Chinese word: with a space before Latin letters, digits and quotes.
    var spacedChinese: String {
        zh.first?.isASCII == true && zh.first != " " ? " " + zh : zh
    }
}

extension TOMLValue {
    /// The value as part of a sentence: `"5 s"`, `the number 5`, `a table`.
    var described: Message {
        switch self {
        case .table: Message(zh: "一个表", en: "a table")
        case .array: Message(zh: "一个数组", en: "an array")
        case .string(let text): Message(zh: Self.quoted(text), en: Self.quoted(text))
        case .integer(let number): Message(zh: "整数 \(number)", en: "the integer \(number)")
        case .float(let number): Message(zh: "小数 \(number)", en: "the number \(number)")
        case .boolean(let flag): Message(zh: "布尔值 \(flag)", en: "the boolean \(flag)")
        case .date: Message(zh: "一个日期或时间", en: "a date or time")
        }
    }

    /// `text` in quotes, cut so that a terminal can show it on one line.
    static func quoted(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "?" : String($0) }
        return "\"" + shown.joined() + (text.unicodeScalars.count > 60 ? "…\"" : "\"")
    }
}
