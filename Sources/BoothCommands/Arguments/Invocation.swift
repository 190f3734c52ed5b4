// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothModel

/// A parsed command line. Options may stand before or after the verb, as `--option value` or `--option=value`.
struct Invocation: Equatable {
    var verb: Verb?
    /// The words after the verb: an incident's id, a file; for `modbus` its action and arguments.
    var operands: [String] = []
    var operand: String? { operands.first }
    var socket: String?
    var language: Language?
    var configuration: String?
    var stateDirectory: String?
    /// As written; `ModbusTask` parses them.
    var units: String?
    var baud: String?
    var parity: String?
    var timeout: String?
    /// For `close`, `disarm` and `test`, as written.
    var outcome: String?
    var until: String?
    var point: String?
    /// For `report`: the periods, and a date in the period, as written.
    var periods: [ReportPeriod.Kind] = []
    var date: String?
    var csv = false
    /// For `verify`: check everything that is kept.
    var full = false
    var json = false
    var help = false
    var version = false
    var all = false
    var follow = false

    /// A wrong command line, and what would be right.
    struct UsageError: Error, Equatable {
        var message: Message
    }

    /// - Parameter arguments: without the program's name.
    init(_ arguments: [String]) throws(UsageError) {
        var rest = arguments[...]
        var used: [Option] = []
        while let word = rest.popFirst() {
            if word == "--" {
                for operand in rest { try apply(operand) }
                break
            }
            if word.hasPrefix("-"), word != "-" {
                used.append(try takeOption(word, &rest))
            } else {
                try apply(word)
            }
        }
        try check(used)
    }

    /// Whether it runs until somebody ends it.
    var goesOn: Bool { follow || verb == .test || verb == .modbus && operand == "scan" }

    /// The language in a command line, even if the rest is wrong.
    static func language(in arguments: [String]) -> Language? {
        if let attached = arguments.last(where: { $0.hasPrefix("--lang=") }) {
            return Language(rawValue: String(attached.dropFirst(7)))
        }
        guard let name = arguments.lastIndex(of: "--lang"), name + 1 < arguments.count else { return nil }
        return Language(rawValue: arguments[name + 1])
    }

    private mutating func apply(_ word: String) throws(UsageError) {
        guard let verb else {
            guard let known = Verb(rawValue: word) else { throw .unknown(word, among: Verb.allCases.map(\.rawValue)) }
            self.verb = known
            return
        }
        guard operands.count < verb.mostOperands else { throw .needless(word, verb: verb) }
        operands.append(word)
    }

    private mutating func takeOption(_ word: String, _ rest: inout ArraySlice<String>) throws(UsageError) -> Option {
        let name = String(word.prefix { $0 != "=" })
        let attached = name == word ? nil : String(word.dropFirst(name.count + 1))
        guard let option = Option(rawValue: name == "-h" ? "--help" : name) else {
            throw .unknown(name, among: Option.allCases.map(\.rawValue))
        }
        guard option.takesValue else {
            guard attached == nil else { throw .needlessValue(name) }
            set(option)
            return option
        }
        guard let value = attached ?? rest.popFirst(), !value.isEmpty else { throw .missingValue(name) }
        try set(option, to: value)
        return option
    }

    private mutating func set(_ option: Option) {
        switch option {
        case .json: json = true
        case .help: help = true
        case .version: version = true
        case .all: all = true
        case .follow: follow = true
        case .day: periods.append(.day)
        case .week: periods.append(.week)
        case .month: periods.append(.month)
        case .csv: csv = true
        case .full: full = true
        case .socket, .language, .configuration, .stateDirectory, .units, .baud, .parity, .timeout, .outcome,
            .until, .point, .date:
            break
        }
    }

    private mutating func set(_ option: Option, to value: String) throws(UsageError) {
        switch option {
        case .configuration: configuration = value
        case .stateDirectory: stateDirectory = value
        case .units: units = value
        case .baud: baud = value
        case .parity: parity = value
        case .timeout: timeout = value
        case .outcome: outcome = value
        case .until: until = value
        case .point: point = value
        case .date: date = value
        case .language: try set(language: value)
        default: socket = value
        }
    }

    private mutating func set(language value: String) throws(UsageError) {
        guard let language = Language(rawValue: value) else {
            throw UsageError(
                message: Message(zh: "--lang \(value)：应为 zh 或 en", en: "--lang \(value): zh or en is expected"))
        }
        self.language = language
    }

    /// Refuses an option that does not belong to the verb, so that the user does not think it had an effect.
    private func check(_ used: [Option]) throws(UsageError) {
        if help || version || verb == .help { return }
        guard let verb else {
            throw UsageError(
                message: Message(zh: "没有给出命令；见 boothctl help", en: "no verb given; see boothctl help"))
        }
        for option in used {
            guard let owners = option.verbs, !owners.contains(verb) else { continue }
            if option == .configuration, verb == .check {
                let file = configuration ?? "FILE"
                throw UsageError(
                    message: Message(
                        zh: "check 直接带文件名：boothctl check \(file)",
                        en: "check takes the file by itself: boothctl check \(file)"))
            }
            let names = owners.map(\.rawValue)
            let others = names.dropLast().joined(separator: ", ")
            let list = (others.isEmpty ? "" : others + " and ") + (names.last ?? "")
            throw UsageError(
                message: Message(
                    zh: "\(option.rawValue) 只用于 \(names.joined(separator: "、"))，不用于 \(verb.rawValue)",
                    en: "\(option.rawValue) belongs to \(list), not to \(verb.rawValue)"))
        }
    }
}

extension Invocation.UsageError {
    static func unknown(_ word: String, among known: [String]) -> Self {
        let near = Suggestion.closest(to: word, among: known)
        return Self(
            message: Message(
                zh: "不认识 \(word)" + (near.map { "；是不是 \($0)？" } ?? "；见 boothctl help"),
                en: "\(word) is not known" + (near.map { "; did you mean \($0)?" } ?? "; see boothctl help")))
    }

    static func needless(_ word: String, verb: Verb) -> Self {
        Self(
            message: Message(
                zh: "\(verb.rawValue) 之后不应有 \(word)", en: "\(word) is one word too many after \(verb.rawValue)"))
    }

    static func needlessValue(_ option: String) -> Self {
        Self(message: Message(zh: "\(option) 不带值", en: "\(option) takes no value"))
    }

    static func missingValue(_ option: String) -> Self {
        Self(message: Message(zh: "\(option) 需要一个值", en: "\(option) needs a value"))
    }
}
