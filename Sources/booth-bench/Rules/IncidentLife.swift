// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// A booth in which one incident after another is raised, answered and closed, while others stay open.
struct IncidentLife {
    private let booth: BusyBooth
    private var rules: IncidentRules
    private var now = BootTime(nanoseconds: 60_000_000_000)
    private var number = 0
    /// Of the press alone: it raises an incident.
    private(set) var press: [Double] = []
    /// Of the press, the release, its receipts, three tasks: eight inputs.
    private(set) var whole: [Double] = []
    /// Of a letter box that is opened and closed.
    private(set) var collection: [Double] = []
    /// Of what the agent asks for a fault lamp after each of its inputs.
    private(set) var faultLamp: [Double] = []

    /// - Parameters:
    ///   - points: that the booth has, 10 or more for one of each kind.
    ///   - open: incidents that stay open, half of them accepted.
    init(points: Int, open: Int) {
        booth = BusyBooth(points: points, repeatWindow: .zero)
        rules = booth.rules()
        _ = rules.advance(to: BusyBooth.moment(at: now))
        for number in 0..<open {
            guard let event = apply(.reading(button, .active)).first else { continue }
            _ = apply(.reading(button, .normal))
            guard number % 2 == 0 else { continue }
            _ = apply(.answer(.accepted(ticket: "110-\(number)"), event.id, BusyBooth.police))
        }
    }

    private var button: PointID { booth.point(.helpButton, 0) }

    @discardableResult
    private mutating func apply(_ input: BoothInput) -> [BoothEvent] {
        number += 1
        // Slow enough for one millisecond an id, too fast for any deadline of what stays open.
        now = now + .milliseconds(1)
        return input.apply(to: &rules, number: number, at: BusyBooth.moment(at: now)).last?.events ?? []
    }

    /// One incident from its press to its end.
    mutating func live() {
        let began = BootTime.now()
        let raised = apply(.reading(button, .active)).first
        press.append(Self.microseconds(since: began))
        guard let raised, let incident = raised.incident else { return }
        var told = [raised.id]
        told += apply(.reading(button, .normal)).map(\.id)
        for event in told { apply(.answer(.accepted(ticket: "110"), event, BusyBooth.police)) }
        for state in [IncidentState.dispatched, .handled, .closed] {
            let task = PlatformTask(
                id: "\(number)", kind: "incident",
                order: .incident(incident.id, state: state, ticket: nil, note: "民警已到场"))
            apply(.task(task))
        }
        whole.append(Self.microseconds(since: began))
    }

    mutating func collectLetters() {
        let door = booth.point(.mailDoor, 0)
        let began = BootTime.now()
        apply(.reading(door, .active))
        apply(.reading(door, .normal))
        collection.append(Self.microseconds(since: began))
    }

    mutating func showFaultLamp() {
        let began = BootTime.now()
        let isLit = rules.hasStandingFaults
        faultLamp.append(Self.microseconds(since: began))
        withExtendedLifetime(isLit) {}
    }

    private static func microseconds(since began: BootTime) -> Double {
        Double((BootTime.now() - began).nanoseconds) / 1000
    }
}
