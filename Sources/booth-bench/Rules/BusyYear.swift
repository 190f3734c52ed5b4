// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel
import Rehearsal

/// Runs days of a busy booth through its rules, deadline by deadline, with platforms and officers that answer. Each
/// input is timed alone, with nothing but the rules.
struct BusyYear {
    private static let booth = BusyBooth(points: 24)

    private var rules = Self.booth.rules()
    private var agenda = Agenda()
    private var numbers = RepeatableNumbers()
    private var isEncoding = false
    /// For each input and each passed deadline.
    private(set) var microseconds: [Double] = []
    /// For encoding each event of some days, for comparison.
    private(set) var encoding: [Double] = []
    private(set) var events = 0
    private(set) var incidents = 0
    private(set) var tasks = 0

    var seconds: Double { microseconds.reduce(0, +) / 1e6 }

    /// - Throws: `RehearsalError` if a deadline stays after it was served.
    mutating func run(days: Int) throws {
        let day = Duration.seconds(86_400)
        for number in 0..<days {
            let midnight = BootTime(nanoseconds: 0) + day * number
            isEncoding = number % 7 == 0
            for entry in BusyDay(number, at: midnight, of: Self.booth, &numbers).inputs {
                agenda.add(entry.input, at: entry.time)
            }
            try live(until: midnight + day)
        }
    }

    private mutating func live(until end: BootTime) throws {
        var (last, sameTime) = (BootTime(nanoseconds: -1), 0)
        while let next = [agenda.next, rules.nextDeadline].compactMap(\.self).min(), next < end {
            sameTime = next > last ? 0 : sameTime + 1
            last = max(next, last)
            guard sameTime < 1000 else { throw RehearsalError("the rules do not get beyond \(next.milliseconds) ms") }
            let moment = BusyBooth.moment(at: last)
            if next == rules.nextDeadline {
                time(moment) { [$0.advance(to: moment)] }
            } else if let (_, input) = agenda.take() {
                let number = microseconds.count
                time(moment) { input.apply(to: &$0, number: number, at: moment) }
            }
        }
    }

    private mutating func time(_ moment: Moment, _ input: (inout IncidentRules) -> [Decision]) {
        let began = BootTime.now()
        let decisions = input(&rules)
        microseconds.append(Double((BootTime.now() - began).nanoseconds) / 1000)
        for decision in decisions {
            events += decision.events.count
            tasks += decision.tasks.count
            for event in decision.events {
                if isEncoding { encode(event) }
                answer(event, at: moment.boot)
            }
        }
    }

    private mutating func encode(_ event: BoothEvent) {
        let began = BootTime.now()
        let encoded = CloudEvent(event, from: Self.booth.configuration.booth)
        encoding.append(Double((BootTime.now() - began).nanoseconds) / 1000)
        withExtendedLifetime(encoded) {}
    }

    // MARK: Platforms and officers

    private mutating func answer(_ event: BoothEvent, at time: BootTime) {
        var isRerouted = false
        if case .raised(let incident) = event.content {
            incidents += 1
            if !incident.test { plan(incident, at: time) }
            isRerouted = incident.incidentClass == .community && numbers.chance(5)
        }
        for target in event.recipients {
            agenda.add(.answer(.sent, event.id, target), at: time + .milliseconds(50))
            // Some answers come after the first step of the answer clock, or after all steps.
            let delay = numbers.chance(3) ? numbers.seconds(70...400) : .milliseconds(900)
            if isRerouted, let incident = event.incident {
                agenda.add(.reroute(event.id, incident: incident.id, .police, target), at: time + delay)
            } else {
                agenda.add(.answer(.accepted(ticket: "110-\(events)"), event.id, target), at: time + delay)
            }
        }
    }

    /// How it is closed: the police close theirs with tasks, an officer closes the others; some after days.
    private mutating func plan(_ incident: Incident, at time: BootTime) {
        let end = numbers.chance(5) ? numbers.seconds(86_400...3 * 86_400) : numbers.seconds(7200...8 * 3600)
        guard incident.incidentClass == .police else {
            agenda.add(.acknowledge(incident.id), at: time + numbers.seconds(600...3600))
            return agenda.add(.close(incident.id), at: time + end)
        }
        let steps: [(IncidentState, Duration)] = [
            (.dispatched, numbers.seconds(60...600)), (.handled, numbers.seconds(1200...5400)), (.closed, end),
        ]
        for (state, delay) in steps {
            let task = PlatformTask(
                id: "\(state.rawValue)-\(incident.id)", kind: "incident",
                order: .incident(incident.id, state: state, ticket: nil, note: "民警已到场"))
            agenda.add(.task(task), at: time + delay)
        }
    }
}
