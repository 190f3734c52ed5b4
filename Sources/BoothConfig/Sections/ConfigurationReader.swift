// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Reads the tables of one file, in an order in which references can be checked.
///
/// Keeps what one section needs of the others: the buses and chips, and what is already taken.
final class ConfigurationReader {
    let problems: ProblemLog
    let locations: FileLocations
    /// The boards that a unit's profile may name.
    let boards: BoardProfiles
    /// Boards that could not be read. A unit that uses one is not reported as well.
    let wrongBoards: [String]
    /// Whether the boards.toml is not TOML. Then any board may be in it.
    let mayBeAnyBoard: Bool

    /// The names of all `[gpio.NAME]` and `[modbus.NAME]`, right or wrong, so that a wrong one is not also reported as
    /// missing.
    var chipNames: [String] = []
    var busNames: [String] = []
    /// The right ones, by name.
    var selectors: [String: GPIOChipConfiguration.Selector] = [:]
    var transports: [String: ModbusBusConfiguration.Transport] = [:]
    /// The unit tables of each bus.
    var units: [String: [Int: Unit]] = [:]
    /// The user of each GPIO line, and of each written coil or register.
    var takenLines: [String: String] = [:]
    var writtenAddresses: [String: String] = [:]
    /// The units used on each bus.
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
        // If an overriding board is wrong, do not use the shipped one in its place.
        boards = BoardProfiles.shipped.overridden(by: read).without(wrong)
    }

    /// The configuration; if problems were noted, nil or without the wrong parts.
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

    /// Notes that `[[key]]` is empty or missing, when at least one is needed.
    func requireOne(_ key: String, in file: TableReader) {
        if case 0 = file.count(of: key) {
            problems.note(
                at: file.valuePlace(key), zh: "没有 [[\(key)]]；至少要有一个", en: "there is no [[\(key)]]; write at least one")
        }
    }
}

/// The ids of one kind of thing. A second use of an id is noted at its second place.
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
