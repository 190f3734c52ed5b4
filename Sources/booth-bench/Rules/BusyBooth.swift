// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// A booth with points of all kinds, two platforms, the technicians' target and a backup, on a simulated clock.
struct BusyBooth {
    static let police: TargetID = "police"
    static let community: TargetID = "community"
    /// 2026-01-01 00:00 in Shanghai.
    private static let start: Int64 = 1_767_196_800_000

    let configuration: Configuration
    let points: [PointKind: [PointID]]

    /// - Parameters:
    ///   - count: the number of points; their kinds alternate.
    ///   - repeatWindow: zero: each press is an incident.
    init(points count: Int, repeatWindow: Duration = .seconds(30)) {
        var settings = RuleSettings()
        settings.repeatWindow = repeatWindow
        let kinds = PointKind.allCases
        let all = (0..<count).map { number in
            let kind = kinds[number % kinds.count]
            let classification =
                kind == .contact ? Classification("smoke", .police, .alarm) : kind.defaultClassification
            return PointConfiguration(
                id: PointID(rawValue: "\(kind.rawValue)-\(number)"), kind: kind,
                source: .modbus(
                    ModbusSource(
                        bus: "cabinet", unit: number / 8 + 1, table: .discreteInput, address: number % 8,
                        poll: .milliseconds(200))),
                debounce: .zero, classification: classification, rules: settings)
        }
        points = Dictionary(grouping: all, by: \.kind).mapValues { $0.map(\.id) }
        configuration = Configuration(
            booth: Booth(
                code: "B0001", name: "长乐路社区警务室", county: "330106", grid: "G330106001001",
                address: "330106001001000100000001", longitude: 120.13, latitude: 30.26),
            schedule: Self.schedule, points: all,
            outputs: [
                OutputConfiguration(id: "siren", shows: .task, sink: .gpio(GPIOSource(chip: "a", line: .offset(1))))
            ],
            targets: Self.targets, rules: settings)
    }

    private static var targets: [TargetConfiguration] {
        let endpoint = TargetConfiguration.Endpoint(url: "https://127.0.0.1:1")
        return [
            TargetConfiguration(id: police, accepts: [.police], hasAuthority: true, endpoint: endpoint),
            TargetConfiguration(id: community, accepts: [.community], endpoint: endpoint),
            TargetConfiguration(id: "technicians", accepts: [.fault], endpoint: endpoint),
            TargetConfiguration(id: "station", accepts: [.police, .fault], isBackup: true, endpoint: endpoint),
        ]
    }

    /// Two half-days from Monday to Friday.
    private static var schedule: WeeklySchedule {
        WeeklySchedule(
            attended: Weekday.allCases.prefix(5).flatMap { day in
                [510..<690, 840..<1050].map { WeeklySchedule.Attendance(day: day, minutes: $0) }
            })
    }

    func rules() -> IncidentRules {
        IncidentRules(configuration: configuration, ids: EventIDGenerator(after: 0))
    }

    /// The points of a kind are used in turn.
    func point(_ kind: PointKind, _ number: Int) -> PointID {
        let all = points[kind] ?? []
        return all[number % all.count]
    }

    static func moment(at boot: BootTime) -> Moment {
        let wall = start + boot.milliseconds
        return Moment(
            boot: boot, wallMilliseconds: wall, in: .ofProcess, clock: .synced,
            bootID: "0123456789abcdef0123456789abcdef")
    }
}
