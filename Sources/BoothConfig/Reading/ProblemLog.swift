// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The problems found so far. Reading goes on after each problem, so that one pass finds all.
final class ProblemLog {
    /// The file that is read, if it is not the configuration file itself.
    private let file: String?
    private var noted: [(place: Place, message: Message)] = []

    init(file: String? = nil) {
        self.file = file
    }

    var isEmpty: Bool { noted.isEmpty }
    var count: Int { noted.count }

    func note(at place: Place, _ message: Message) {
        noted.append((place, message))
    }

    /// Notes a problem: what is wrong, and after a semicolon what would be right.
    func note(at place: Place, zh: String, en: String) {
        note(at: place, Message(zh: zh, en: en))
    }

    /// The problems in file order.
    var sorted: [ConfigurationProblem] {
        noted.enumerated()
            .sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
            .map { _, problem in
                ConfigurationProblem(
                    file: file, line: problem.place.line, column: problem.place.column, message: problem.message)
            }
    }

    /// Notes that the text is not TOML.
    func note(_ error: TOMLError) {
        note(
            at: error.place,
            zh: "不是有效的 TOML：\(error.description)；写法见 boothd.toml(5)",
            en: "not TOML: \(error.description); boothd.toml(5) shows the notation")
    }

    /// Notes a table name that cannot be an id.
    func checkName(_ named: TOMLTable.Entry) {
        let notation = Notation<String>.id
        guard !Notation<String>.isID(named.key) else { return }
        let name = TOMLValue.quoted(named.key)
        note(
            at: named.keyPlace, zh: "名称不能是 \(name)；应为\(notation.expected.spacedChinese)",
            en: "the name cannot be \(name); write \(notation.expected.en)")
    }
}
