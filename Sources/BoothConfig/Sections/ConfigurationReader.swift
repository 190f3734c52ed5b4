// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Reads the tables of one file in the order in which they refer to each other.
///
/// What a section has to know of the others is kept here: the buses and chips there are, and what is taken.
final class ConfigurationReader {
    let problems: ProblemLog
    let locations: FileLocations
    /// The boards that a unit's profile can name.
    let boards: BoardProfiles
    /// Those that could not be read: what leans on them is not wrong as well.
    let wrongBoards: [String]
    /// Whether the file of boards is no TOML, so that nobody knows which there are.
    let mayBeAnyBoard: Bool

    /// Every `[gpio.NAME]` and `[modbus.NAME]` there is, so that a wrong one is not reported as absent as well.
    var chipNames: [String] = []
    var busNames: [String] = []
    /// Those that could be read, by name.
    var selectors: [String: GPIOChipConfiguration.Selector] = [:]
    var transports: [String: ModbusBusConfiguration.Transport] = [:]
    /// The unit tables of each bus.
    var units: [String: [Int: Unit]] = [:]
    /// What uses each GPIO line, and each coil or register that is written.
    var takenLines: [String: String] = [:]
    var writtenAddresses: [String: String] = [:]
    /// The units seen on each bus.
    var unitsOfBus: [String: Set<Int>] = [:]

    static let mostUnitsOfBus = 247
    static let mostPoints = 1000

    init(problems: ProblemLog, locations: FileLocations, boards file: BoardFile?) {
        self.problems = problems
        self.locations = locations
        let read = file?.profiles ?? []
        let wrong = (file?.names ?? []).filter { name in !read.contains { $0.name == name } }
        wrongBoards = wrong
        mayBeAnyBoard = file.map { $0.names == nil } ?? false
        // One that takes the place of a shipped board and is wrong is not the shipped one.
        boards = BoardProfiles.shipped.overridden(by: read).without(wrong)
    }

    /// The configuration; nil, or one without its wrong parts, where problems were noted.
    func read(_ root: TOMLNode, hash: String) -> Configuration? {
        guard case .table(let table) = root.value else { return nil }
        return TableReader.read(table, at: root.place, problems: problems) { file in
            let booth = booth(in: file)
            let schedule = schedule(in: file)
            let storage = storage(in: file)
            let clockTrust = clockTrust(in: file)
            let chips = chips(in: file)
            let buses = buses(in: file)
            let rules = rules(in: file)
            let points = points(in: file, rules: rules)
            let outputs = outputs(in: file)
            let targets = targets(in: file)
            guard let booth else { return nil }
            return Configuration(
                booth: booth, schedule: schedule, storageLimit: storage.limit, storageKeep: storage.keep,
                clockTrust: clockTrust, chips: chips, buses: buses, points: points, outputs: outputs, targets: targets,
                rules: rules, hash: hash)
        }
    }

    /// Notes an empty or absent `[[key]]` of which there has to be one.
    func requireOne(_ key: String, in file: TableReader) {
        if case 0 = file.count(of: key) {
            problems.note(
                at: file.valuePlace(key), zh: "没有 [[\(key)]]；至少要有一个", en: "there is no [[\(key)]]; write at least one")
        }
    }
}

/// The ids of one kind of thing; a second claim is a problem at the second.
struct ClaimedIDs {
    private var claimed: [String: Place] = [:]

    mutating func claim(_ id: String, by table: TableReader) {
        if let first = claimed[id] {
            table.problems.note(
                at: table.valuePlace("id"), zh: "id \"\(id)\" 重复，第 \(first.line) 行已有；请换一个",
                en: "id \"\(id)\" is used on line \(first.line) already; give it another")
        } else {
            claimed[id] = table.valuePlace("id")
        }
    }
}
