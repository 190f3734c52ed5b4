// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// A booth where one incident after another is raised, answered and closed, while other incidents stay open.
struct IncidentLife {
    private let booth: BusyBooth
    private var rules: IncidentRules
    private var now = BootTime(nanoseconds: 60_000_000_000)
    private var number = 0
    /// The time of the press, which raises an incident.
    private(set) var press: [Double] = []
    /// The time of all eight inputs: press, release, receipts, three tasks.
    private(set) var whole: [Double] = []
    /// The time of opening and closing a letter box.
    private(set) var collection: [Double] = []
    /// The time to find the state of the fault lamp, which the agent does after each input.
    private(set) var faultLamp: [Double] = []

    /// - Parameters:
    ///   - points: the number of points, at least 10 for one of each kind.
    ///   - open: the number of incidents that stay open; half of them are accepted.
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
        // 1 ms allows one id each, and is too short for any deadline of the open incidents.
        now = now + .milliseconds(1)
        return input.apply(to: &rules, number: number, at: BusyBooth.moment(at: now)).last?.events ?? []
    }

    /// Plays one incident from its press to its end.
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
