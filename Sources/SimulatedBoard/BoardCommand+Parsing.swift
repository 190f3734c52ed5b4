// SPDX-License-Identifier: Apache-2.0
import Modbus

extension BoardCommand {
    /// Parses one line; nil for an empty line or a comment (`#`).
    ///
    /// - Throws: `BoardLineError`
    static func parse(_ line: String) throws(BoardLineError) -> BoardCommand? {
        var words = Words(line)
        guard let verb = words.next() else { return nil }
        let command = try parse(verb, &words)
        if let extra = words.next() { throw BoardLineError("“\(extra)” is too much", "end the line before it") }
        return command
    }

    private static func parse(_ verb: String, _ words: inout Words) throws(BoardLineError) -> BoardCommand {
        switch verb {
        case "name": return try parseName(&words)
        case "set": return try parseSet(&words)
        case "press": return try parsePress(&words)
        case "silence": return .conduct(unit: try words.unit(), .silence)
        case "answer": return .conduct(unit: try words.unit(), .answer)
        case "garble": return .conduct(unit: try words.unit(), .garble)
        case "delay": return .conduct(unit: try words.unit(), .delay(try words.duration()))
        case "split": return .conduct(unit: try words.unit(), .split(try words.duration()))
        case "refuse": return try parseRefuse(&words)
        case "wait": return .wait(try words.duration())
        case "quit": return .quit
        case "help": return .help
        default:
            throw BoardLineError(
                "“\(verb)” is no command",
                "name, set, press, silence, answer, delay, split, garble, refuse, wait, quit "
                    + "or help")
        }
    }

    private static func parseName(_ words: inout Words) throws(BoardLineError) -> BoardCommand {
        let name = try words.name()
        let place = try words.place()
        guard words.skip("active") else { return .name(name, place, isActiveLow: false) }
        let polarity = try words.required("low or high after “active”")
        guard polarity == "low" || polarity == "high" else {
            throw BoardLineError("“\(polarity)” is no polarity", "active low or active high")
        }
        return .name(name, place, isActiveLow: polarity == "low")
    }

    private static func parseSet(_ words: inout Words) throws(BoardLineError) -> BoardCommand {
        if words.peek == "unit" {
            let place = try words.place()
            return .set(place, try words.value())
        }
        let name = try words.name()
        return .setNamed(name, try words.value())
    }

    private static func parsePress(_ words: inout Words) throws(BoardLineError) -> BoardCommand {
        let name = try words.name()
        return .press(name, hold: words.skip("for") ? try words.duration() : shortestHold)
    }

    private static func parseRefuse(_ words: inout Words) throws(BoardLineError) -> BoardCommand {
        let unit = try words.unit()
        try words.expect("exception")
        return .conduct(unit: unit, .refuse(UInt8(try words.number(in: 1...11, "an exception"))))
    }
}

/// The words of a line, taken one by one.
struct Words {
    private var rest: ArraySlice<Substring>

    init(_ line: String) {
        let text = line.prefix { $0 != "#" }
        rest = text.split { $0.isWhitespace }[...]
    }

    var peek: String? { rest.first.map(String.init) }

    mutating func next() -> String? { rest.popFirst().map(String.init) }

    /// Takes the next word if it is `word`.
    mutating func skip(_ word: String) -> Bool {
        guard peek == word else { return false }
        rest.removeFirst()
        return true
    }

    mutating func expect(_ word: String) throws(BoardLineError) {
        guard !skip(word) else { return }
        throw BoardLineError(
            peek.map { "“\($0)” stands where “\(word)” belongs" } ?? "the line ends early", "put “\(word)”")
    }

    mutating func required(_ what: String) throws(BoardLineError) -> String {
        guard let word = next() else { throw BoardLineError("the line ends early", "put \(what)") }
        return word
    }

    mutating func name() throws(BoardLineError) -> String {
        let word = try required("a name such as help-1")
        guard word != "unit", word.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }) else {
            throw BoardLineError("“\(word)” is no name", "letters, digits and hyphens, such as help-1")
        }
        return word
    }

    mutating func unit() throws(BoardLineError) -> Int {
        try expect("unit")
        return try number(in: 0...255, "a unit")
    }

    mutating func place() throws(BoardLineError) -> BoardCommand.Place {
        let unit = try unit()
        let word = try required("a table")
        guard let table = DataTable(word: word) else {
            throw BoardLineError(
                "“\(word)” is no table", "coil, discrete-input, input-register or holding-register")
        }
        return BoardCommand.Place(unit: unit, table: table, address: try number(in: 0...65535, "an address"))
    }

    mutating func value() throws(BoardLineError) -> BoardCommand.Value {
        if skip("on") { return .on }
        if skip("off") { return .off }
        return .number(UInt16(try number(in: 0...65535, "a value: on, off or a number")))
    }

    mutating func number(in range: ClosedRange<Int>, _ what: String) throws(BoardLineError) -> Int {
        let right = "\(what) from \(range.lowerBound) to \(range.upperBound)"
        let word = try required(right)
        guard let number = Int(word), range.contains(number) else {
            throw BoardLineError("“\(word)” is not it", "put \(right)")
        }
        return number
    }

    mutating func duration() throws(BoardLineError) -> Duration {
        let word = try required("a duration such as 500ms")
        let digits = word.prefix { $0.isNumber }
        let units: [String: Int] = ["ms": 1, "s": 1000, "m": 60_000]
        guard let count = Int(digits), count < 1_000_000, let unit = units[String(word.dropFirst(digits.count))] else {
            throw BoardLineError("“\(word)” is no duration", "a number with ms, s or m, such as 500ms")
        }
        return .milliseconds(count * unit)
    }
}

extension DataTable {
    /// The spelling in the configuration file and in the board's lines.
    init?(word: String) {
        switch word {
        case "coil": self = .coils
        case "discrete-input": self = .discreteInputs
        case "input-register": self = .inputRegisters
        case "holding-register": self = .holdingRegisters
        default: return nil
        }
    }
}
