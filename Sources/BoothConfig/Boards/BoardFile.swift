// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A boards.toml: a table `[board.NAME]` for each kind of board.
struct BoardFile {
    /// The profiles without a problem, in file order.
    private(set) var profiles: [BoardProfile] = []
    /// The names of all profiles, right or wrong, so that a wrong one is not also reported as missing; nil if the file
    /// is not TOML, because then any name may be in it.
    private(set) var names: [String]?
    /// In file order.
    private(set) var problems: [ConfigurationProblem] = []

    /// Reads and checks a file's contents.
    ///
    /// - Parameter path: the file name that problems show.
    init(bytes: [UInt8], path: String) {
        let log = ProblemLog(file: path)
        defer { problems = log.sorted }
        let root: TOMLNode
        do throws(TOMLError) {
            root = try TOMLDocument(bytes).root()
        } catch {
            log.note(error.pointingAtKey(in: String(decoding: bytes, as: UTF8.self)))
            return
        }
        guard case .table(let table) = root.value else { return }
        TableReader.read(table, at: root.place, problems: log) { file in
            names = file.names(under: "board")
            profiles = file.namedTables("board") { named, table in
                let before = log.count
                log.checkName(named)
                let profile = BoardReader(table: table).profile(named: named.key)
                return log.count == before ? profile : nil
            }
        }
    }
}

/// Reads one `[board.NAME]`.
private struct BoardReader {
    let table: TableReader

    func profile(named name: String) -> BoardProfile? {
        let title = table.required("title", .title)
        let unit = table.value("unit", .integer(1...255), default: 1)
        let baud = table.value("baud", .baud, default: ModbusBusConfiguration.usualBaud)
        let parity: ModbusBusConfiguration.Parity = table.value(
            "parity", .word, default: ModbusBusConfiguration.usualParity)
        let inputs = inputs
        let outputs = outputs
        let wholeBytes = table.value("whole-bytes", .flag, default: false)
        let signs = table.tables("signs") { sign(in: $0) }
        guard let title else { return nil }
        return BoardProfile(
            name: name, title: title, unit: unit, baud: baud, parity: parity, inputs: inputs, outputs: outputs,
            wholeBytes: wholeBytes, signs: signs)
    }

    private var inputs: BoardProfile.Inputs? {
        table.table("inputs") { inputs in
            let rows = row(in: inputs, tables: ModbusTable.allCases)
            let active: Polarity = inputs.value("active", .word, default: .high)
            let plausible = inputs.optional("range", .band)
            guard let rows else { return nil }
            if !rows.table.isRegisters { inputs.noteForRegisters("range") }
            return BoardProfile.Inputs(
                table: rows.table, first: rows.first, count: rows.count, active: active, plausible: plausible)
        }
    }

    private var outputs: BoardProfile.Outputs? {
        table.table("outputs") { outputs in
            row(in: outputs, tables: [.coil, .holdingRegister]).map {
                BoardProfile.Outputs(table: $0.table, first: $0.first, count: $0.count)
            }
        }
    }

    private func row(in row: TableReader, tables: [ModbusTable]) -> (table: ModbusTable, first: Int, count: Int)? {
        let table = row.required("table", .word(among: tables))
        let first = row.value("first", .integer(0...65_535), default: 0)
        let count = row.required("count", .integer(1...2000))
        guard let table, let count else { return nil }
        row.noteBeyondTable(from: first, count: count)
        return (table, first, count)
    }

    private func sign(in sign: TableReader) -> BoardProfile.Sign? {
        let table: ModbusTable? = sign.required("table", .word)
        let address = sign.required("address", .integer(0...65_535))
        let most = table?.isRegisters == true ? 125 : 2000
        let count = sign.value("count", .integer(1...most), default: 1)
        let answer = answer(in: sign)
        guard let table, let address, let answer else { return nil }
        sign.noteBeyondTable(from: address, count: count)
        return BoardProfile.Sign(table: table, address: address, count: count, answer: answer)
    }

    private func answer(in sign: TableReader) -> BoardProfile.Sign.Answer? {
        let word: AnswerWord? = sign.optional("answers", .word)
        let value = sign.optional("value", .integer(0...65_535))
        let most = sign.optional("most", .integer(0...65_535))
        let range = sign.optional("range", .band)
        let given = ["answers", "value", "most", "range"].filter { sign.isPresent($0) }
        guard given.count == 1 else {
            let place = given.dropFirst().map { sign.keyPlace($0) }.max() ?? sign.place
            sign.problems.note(
                at: place, zh: "须有且只有 \"answers\"、\"value\"、\"most\"、\"range\" 之一；请写其中一个",
                en:
                    "what the board answers has to be said once; write one of \"answers\", \"value\", \"most\", \"range\""
            )
            return nil
        }
        // The notations above limit these values to 0...65535.
        return word?.answer ?? value.map { .value(UInt16($0)) } ?? most.map { .most(UInt16($0)) }
            ?? range.map { .within(UInt16($0.lowerBound)...UInt16($0.upperBound)) }
    }
}

/// The answers that are not numbers.
private enum AnswerWord: String, CaseIterable {
    case values, exception, unit

    var answer: BoardProfile.Sign.Answer {
        switch self {
        case .values: .values
        case .exception: .exception
        case .unit: .unit
        }
    }
}

extension TableReader {
    /// Notes a range of addresses that ends beyond 65535, the last of a table.
    fileprivate func noteBeyondTable(from first: Int, count: Int) {
        guard first + count > 65_536 else { return }
        problems.note(
            at: valuePlace("count"), zh: "从 \(first) 起的 \(count) 个地址超出 65535；最多 \(65_536 - first) 个",
            en: "addresses \(first) to \(first + count - 1) go beyond 65535; write \(65_536 - first) at most")
    }

    /// Notes a `key` that makes no sense for a table of bits.
    func noteForRegisters(_ key: String) {
        guard isPresent(key) else { return }
        problems.note(
            at: keyPlace(key), zh: "\"\(key)\" 只用于寄存器；请删去，或改用 input-register、holding-register",
            en: "\"\(key)\" is for registers; leave it out, or read an input-register or holding-register")
    }
}

extension Notation where Value == Message {
    /// A text for both languages, or `{ zh = "…", en = "…" }`.
    fileprivate static var title: Notation {
        Notation(Message(zh: "文字，或 { zh = \"…\", en = \"…\" }", en: "a text, or { zh = \"…\", en = \"…\" }")) { value in
            let name = Notation<String>.name
            switch value {
            case .string:
                guard case .value(let text) = name.parse(value) else { return .refused }
                return .value(Message(zh: text, en: text))
            case .table(let table):
                let texts = Dictionary(table.entries.map { ($0.key, $0.node.value) }) { first, _ in first }
                guard texts.count == 2, let zh = texts["zh"], let en = texts["en"],
                    case .value(let chinese) = name.parse(zh), case .value(let english) = name.parse(en)
                else { return .refused }
                return .value(Message(zh: chinese, en: english))
            default: return .refused
            }
        }
    }
}
