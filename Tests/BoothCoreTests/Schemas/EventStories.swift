// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport

@testable import BoothCore

// What leads to events that a year of the rules does not have, or not for certain.
extension GatheredEvents {
    /// Years of the rules, with power cuts and with a journal that comes late.
    mutating func addYears() throws {
        for (seed, interruptions) in [(1, .reboots), (2, .blind)] as [(UInt64, YearScript.Interruptions)] {
            var booth = YearBooth()
            try booth.live(YearScript.steps(seed: seed, interruptions: interruptions))
            try add(booth.findings.events)
        }
    }

    /// One press by way of every state, with the officers' part in it.
    mutating func addAnswers() throws {
        var booth = RehearsedBooth.answered()
        booth.see("help-1", .active, at: 0)
        booth.see("help-1", .active, at: 1)
        booth.see("help-1", .normal, at: 2)
        booth.see("help-1", .active, at: 4)
        booth.pass(to: 400)
        guard let press = booth.newest() else { return }
        if case .success(let seen) = booth.rules.acknowledge(press.id, by: .officer("zhang"), at: booth.moment(at: 401))
        {
            booth.keep(seen)
        }
        booth.answer(.accepted(ticket: "JQ1"), by: "backup", for: press, at: 402)
        booth.reroute(press, to: .community, by: "police", at: 403)
        booth.task("1", .incident(press.id, state: .dispatched, ticket: "JQ1", note: nil), at: 410)
        booth.task("2", .incident(press.id, state: .handled, ticket: "JQ1", note: "说明"), at: 420)
        booth.see("help-1", .normal, at: 430)
        booth.pass(to: 100_000)
        if case .success(let end) = booth.rules.close(
            press.id, outcome: "已处置", by: .officer("li"), at: booth.moment(at: 100_001))
        {
            booth.keep(end)
        }
        try add(booth.events)
    }

    /// Every fault that the agent has of its own parts, and lost edges that the kernel counted, and did not.
    mutating func addFaults() throws {
        let parts: [(BoothModel.Category, DeviceID)] = [
            (.link, .target("police")), (.storage, .storage), (.clock, .clock), (.configuration, .configuration),
        ]
        for clock in [ClockState.synced, .holdover, .unsynced] {
            var booth = RehearsedBooth([RehearsedBooth.help])
            booth.clock = clock
            for (category, device) in parts {
                booth.keep(booth.rules.setFault(category, of: device, stands: true, at: booth.moment(at: 1)))
                booth.keep(booth.rules.setFault(category, of: device, stands: false, at: booth.moment(at: 9)))
            }
            for (second, count) in [(20.0, 65), (21, 5), (200, nil)] as [(Double, UInt64?)] {
                booth.pass(to: second)
                let now = booth.moment(at: second)
                booth.keep(booth.rules.apply(MissedEdges(point: "help-1", count: count, at: now.boot), at: now))
            }
            booth.pass(to: 1000)
            try add(booth.events)
        }
    }

    /// Every way to lose events, with all that can be known of it and with nothing.
    mutating func addLosses() throws {
        var booth = RehearsedBooth([RehearsedBooth.help])
        for reason in Loss.Reason.allCases {
            let count = ["help": 2, "task": 1, "report": 1, "loss": 1]
            for loss in [
                Loss(reason: reason),
                Loss(reason: reason, from: "00000100000000000042", to: "00000100000000000043", count: count),
            ] {
                booth.keep(booth.rules.tell(loss, to: ["police", "grid"], at: booth.moment(at: 1)))
            }
        }
        try add(booth.events)
    }

    /// Tasks that were done, and every refusal of one, with its details and without.
    mutating func addTasks() throws {
        var booth = RehearsedBooth.answered()
        booth.task("1", .test, at: 1)
        booth.task("2", .unknownKind, at: 2)
        booth.task("", .malformed("id is missing"), at: 3)
        try add(booth.events)
        let now = booth.moment(at: 5)
        let task = PlatformTask(id: "3", kind: "arm", order: .test)
        let reasons = TaskRecord.Refusal.allCases.flatMap { [$0.rawValue, "\($0.rawValue): more"] }
        for (number, reason) in reasons.enumerated() {
            let record = TaskRecord(target: "police", task: task, result: .refused, reason: reason, at: Stamp(now))
            try add([
                BoothEvent(
                    id: EventID(key: Int64(number), random: 1), content: .taskDone(record), moment: now,
                    recipients: ["police"])
            ])
        }
    }

    /// Days that were quiet, busy, and not over; with history, and without.
    mutating func addReports() throws {
        _ = TestZone.isSet
        let chain = ChainHead(head: String(repeating: "0a", count: 32), events: 70)
        for day in 1...30 {
            var source = SyntheticMonth.source
            if day % 2 == 0 { source.chain = chain }
            if day % 3 == 0 { source.historyFrom = Made.at(11, day, 12) }
            if day % 10 == 0 { source.points = [] }
            if day % 7 == 0 { source.now = Made.moment(Made.at(11, day, 8)) }
            let period = ReportPeriod(.day, containing: CivilDate(year: 2026, month: 11, day: day))
            var booth = RehearsedBooth([RehearsedBooth.help])
            let report = BoothReport(period, of: source)
            booth.keep(booth.rules.tell(report, at: source.now) { $0.noteReport(on: period.first) })
            try add(booth.events)
        }
    }

    /// The heartbeats of a core whose storage is well, full and broken.
    mutating func addHeartbeats() throws {
        let booth = RehearsedBooth([RehearsedBooth.help])
        var configuration = booth.configuration
        configuration.hash = String(repeating: "0a", count: 32)
        let words = Message(zh: "满", en: "full")
        for storage in [StorageState.ok, .full(words), .fault(words)] {
            var core = BoothCore(
                configuration, BoothCore.Start(contents: nil, seed: 1), at: booth.moment(at: 0, bootID: Made.boot))
            var status = JournalStatus(unopenedFor: configuration.targets.map(\.id))
            status.storage = storage
            if storage == .ok { (status.historyFrom, status.daysLeft) = (Made.at(11, 1), 400) }
            let inputs: [Input] = [.begin, .journal(.status(status)), .time, .time]
            for (second, input) in zip([0.0, 1, 10, 100], inputs) {
                for case .sendStatus(_, let body, _) in core.apply(
                    input, at: booth.moment(at: second, bootID: Made.boot))
                {
                    try add(status: body)
                }
            }
        }
    }
}
