// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// Times a help lamp with unanswered presses: the questions that the agent asks it after each input.
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

    /// Records a press and asks the lamp for its state and its next change.
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
