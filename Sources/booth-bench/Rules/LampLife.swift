// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// A help lamp with presses that nobody answers, and what the agent asks it after each of its inputs.
struct LampLife {
    private var lamp: HelpLamp
    private var now = BootTime(nanoseconds: 60_000_000_000)
    private let incident: Incident
    private(set) var passes: [Double] = []

    init(waiting: Int) {
        let booth = BusyBooth(points: 10)
        let moment = BusyBooth.moment(at: now)
        lamp = HelpLamp(booth.configuration.points, bootID: moment.bootID)
        var ids = EventIDGenerator(after: 0)
        func press() -> Incident {
            Incident(
                id: ids.next(wallMilliseconds: moment.wallMilliseconds),
                opening: ids.next(wallMilliseconds: moment.wallMilliseconds), point: booth.point(.helpButton, 0),
                classification: Classification(.help, .police, .help), opened: Stamp(moment),
                targets: [BusyBooth.police])
        }
        lamp.resume((0..<waiting).map { _ in press() })
        incident = press()
    }

    /// A press is recorded, and the lamp is asked what it says and until when.
    mutating func pass() {
        let began = BootTime.now()
        now = now + .milliseconds(1)
        lamp.apply(incident)
        lamp.noteRecorded([incident.opening])
        lamp.advance(to: now)
        let shown = (lamp.signal, lamp.nextDeadline, lamp.signal.nextChange(after: now))
        passes.append(Double((BootTime.now() - began).nanoseconds) / 1000)
        withExtendedLifetime(shown) {}
    }
}
