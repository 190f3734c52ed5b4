// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A booth that is simulated: its points, outputs, targets and schedule.
package struct BoothPlan: Sendable {
    package let configuration: Configuration

    /// How many different booths there are.
    package static let kinds = 4

    /// - Parameter kind: which booth; any number, counted modulo `kinds`.
    package init(kind: Int) {
        let kind = kind % Self.kinds
        var rules = RuleSettings()
        // One booth with other spans than the usual ones: a rule that has a default built in is found out.
        if kind == 2 {
            rules.repeatWindow = .seconds(45)
            rules.letter = .seconds(20)
            rules.doorHeld = .seconds(90)
            rules.powerDelay = .seconds(5)
            rules.escalate = [.seconds(30), .seconds(600)]
            rules.remind = [.seconds(900), nil, .seconds(7200), .seconds(86_400)]
            rules.lamp = .seconds(300)
        }
        var configuration = Configuration(
            booth: Booth(
                code: "B000\(kind)", name: "模拟警务室", county: "330225", grid: "330225001002", address: "A1",
                longitude: 121.87, latitude: 29.48),
            schedule: WeeklySchedule(attended: Self.attended),
            chips: [GPIOChipConfiguration(name: "io", chip: .label("booth-io"))],
            buses: ["inside", "outside"].map(Self.bus), points: Self.points(rules),
            outputs: [
                OutputConfiguration(id: "help-lamp", shows: .help, sink: .gpio(Self.line("LAMP"))),
                OutputConfiguration(id: "fault-lamp", shows: .fault, sink: .modbus(Self.register("inside", 0, .coil))),
                OutputConfiguration(id: "siren", shows: .task, sink: .modbus(Self.register("inside", 1, .coil))),
            ], targets: Self.targets(kind), rules: rules, hash: "simulated")
        if kind == 3 { configuration.schedule = WeeklySchedule() }
        self.configuration = configuration
    }

    private static let attended: [WeeklySchedule.Attendance] = [
        .init(day: .tuesday, minutes: 510..<690), .init(day: .thursday, minutes: 840..<1020),
    ]

    private static func bus(_ name: String) -> ModbusBusConfiguration {
        ModbusBusConfiguration(
            name: name, transport: .tcp(host: "127.0.0.1", port: 502), responseTimeout: .milliseconds(100))
    }

    private static func line(_ name: String) -> GPIOSource { GPIOSource(chip: "io", line: .name(name)) }

    private static func register(_ bus: String, _ address: Int, _ table: ModbusTable) -> ModbusSource {
        ModbusSource(bus: bus, unit: 1, table: table, address: address, poll: .milliseconds(200))
    }

    private static func points(_ rules: RuleSettings) -> [PointConfiguration] {
        let gate = Classification("gate", .community, .fault)
        var counting = register("inside", 3, .inputRegister)
        counting.counter = true
        var gateRules = rules
        gateRules.stuck = nil
        return [
            point("help-1", .helpButton, .gpio(line("HELP1")), rules, debounce: .milliseconds(10)),
            point("help-2", .helpButton, .modbus(register("inside", 0, .discreteInput)), rules),
            point("help-3", .helpButton, .modbus(counting), rules),
            point("duress-1", .duressButton, .gpio(line("DURESS")), rules),
            point("tamper-1", .tamper, .modbus(register("outside", 0, .discreteInput)), rules),
            point(
                "gate", .contact, .modbus(register("outside", 1, .inputRegister)), gateRules, raises: gate, loop: true),
            point("room-door", .roomDoor, .gpio(line("DOOR")), rules),
            point("street-door", .streetDoor, .modbus(register("inside", 4, .discreteInput)), rules),
            point("mail-slot", .mailSlot, .gpio(line("SLOT")), rules),
            point("mail-door", .mailDoor, .modbus(register("inside", 5, .discreteInput)), rules),
            point("mains", .mainsPower, .modbus(register("inside", 6, .discreteInput)), rules),
        ]
    }

    private static func point(
        _ id: PointID, _ kind: PointKind, _ source: PointConfiguration.Source, _ rules: RuleSettings,
        debounce: Duration = .zero, raises classification: Classification? = nil, loop hasLoop: Bool = false
    ) -> PointConfiguration {
        let bands = LoopBands(short: 0...99, normal: 100...199, alarm: 200...299, cut: 300...65_535)
        return PointConfiguration(
            id: id, kind: kind, source: source, debounce: debounce, loop: hasLoop ? bands : nil,
            classification: classification ?? kind.defaultClassification, rules: rules)
    }

    private static func targets(_ kind: Int) -> [TargetConfiguration] {
        func target(_ id: TargetID, _ accepts: Set<IncidentClass>) -> TargetConfiguration {
            var target = TargetConfiguration(id: id, accepts: accepts, endpoint: .init(url: "https://127.0.0.1"))
            target.retryMost = .seconds(900)
            // A status event costs as much as an incident, and says little that is new.
            target.heartbeat = kind == 1 ? .seconds(12 * 3600) : .seconds(86_400)
            return target
        }
        var police = target("police", kind == 1 ? [.police] : [.police, .fault])
        var grid = target("grid", kind == 1 ? [.community, .fault] : [.community])
        var backup = target("backup", [.police])
        if kind == 1 { grid.hasAuthority = true } else { police.hasAuthority = true }
        backup.isBackup = true
        return [police, grid, backup]
    }
}

extension Configuration {
    /// The target that may send tasks.
    var authority: TargetID? { targets.first { $0.hasAuthority }?.id }
}
