// SPDX-License-Identifier: Apache-2.0

// The faults that are planted.
extension Mutant {
    private static let rules = "Sources/BoothCore/Rules/IncidentRules"

    package static let all: [Mutant] = [
        Mutant(
            name: "missed-timer", harm: "a jammed button is never told",
            file: "\(rules)+Stuck.swift",
            old: "timers[.stuck(point.id)] = max(since + limit, moment.boot)",
            new: "_ = max(since + limit, moment.boot)"),
        Mutant(
            name: "early-lamp", harm: "the lamp says recorded before the press is on disk",
            file: "Sources/BoothCore/Lamps/HelpLamp.swift",
            old: "isRecorded: false)", new: "isRecorded: true)"),
        Mutant(
            name: "lost-reroute", harm: "an incident that a platform hands over reaches nobody",
            file: "Sources/BoothCore/BoothCore+Targets.swift",
            old: "decisions.append(rules.reroute(incident, for: receipt.id, to: handover, by: target, at: now))",
            new: "_ = handover"),
        Mutant(
            name: "swapped-priority", harm: "a silent call for help goes with the doors",
            file: "Sources/BoothModel/Points/PointKind.swift",
            old: "Classification(.duress, .police, .help)", new: "Classification(.duress, .police, .alarm)"),
        Mutant(
            name: "repeat-window", harm: "a press exactly at the end of the repeat window counts on the old incident",
            file: "\(rules)+Contacts.swift",
            old: "stamp.boot - last.boot < point.rules.repeatWindow",
            new: "stamp.boot - last.boot <= point.rules.repeatWindow"),
        Mutant(
            name: "letter-window", harm: "a letter exactly ten seconds after another is not counted",
            file: "\(rules)+Mail.swift",
            old: "moment.boot - last.boot < point.rules.letter",
            new: "moment.boot - last.boot <= point.rules.letter"),
        Mutant(
            name: "late-step", harm: "a step of the answer clock is told a second too late",
            file: "\(rules)+Escalation.swift",
            old: "moment.boot + (settings.escalate[passed] - age)",
            new: "moment.boot + (settings.escalate[passed] - age + .seconds(1))"),
        Mutant(
            name: "hasty-restoration", harm: "a button that is pressed again is told to be at rest",
            file: "\(rules)+Contacts.swift",
            old: """
                        keep(incident)
                        timers[.restore(incident.id)] = nil
                """,
            new: """
                        keep(incident)
                """),
        Mutant(
            name: "hasty-answer", harm: "an officer hears that an act is done before it is on disk",
            file: "Sources/BoothCore/BoothCore+Control.swift",
            old: "effects.add(.afterRecording(.answer(call, .incident(IncidentStatus(incident)))))",
            new: "reply(.incident(IncidentStatus(incident)), to: call)"),
        Mutant(
            name: "repeated-task", harm: "a task that is given twice is executed twice",
            file: "\(rules)+Tasks.swift",
            old: "target), !task.id.isEmpty {", new: "target), !task.id.isEmpty, record.answers > 1 {"),
        Mutant(
            name: "lost-refusal", harm: "what a platform refuses for good is sent for ever",
            file: "Sources/BoothCore/BoothCore+Targets.swift",
            old: "settlements.append(.init(target: target, event: receipt.id, outcome: outcome))",
            new:
                "if outcome == .accepted { settlements.append(.init(target: target, event: receipt.id, outcome: outcome)) }"
        ),
        Mutant(
            name: "silent-rejection", harm: "nobody hears that a platform set a press aside",
            file: "Sources/BoothCore/BoothCore+Targets.swift",
            old: "if !rules.tellsOfRejections(receipt.id) { rejections.note(by: target) }", new: ""),
        Mutant(
            name: "forgotten-answer", harm: "after a restart nobody is told that nobody answered",
            file: "\(rules)+Life.swift",
            old: "timers[incident.state == .raised ? .escalate(incident.id) : .remind(incident.id)] = now",
            new: "if incident.state != .raised { timers[.remind(incident.id)] = now }"),
        Mutant(
            name: "reused-number", harm: "numbers begin anew after a start without a clock",
            file: "Sources/BoothCore/BoothCore.swift",
            old: "ids: EventIDGenerator(after: contents?.lastKey ?? 0, random: random.fork()))",
            new: "ids: EventIDGenerator(after: 0, random: random.fork()))"),
        Mutant(
            name: "shared-test", harm: "a press of a walk test counts on the incident of somebody in need",
            file: "\(rules)+Contacts.swift",
            old: "incident.test == isTested(point.id) && isWithinRepeat", new: "isWithinRepeat"),
        Mutant(
            name: "betrayed-duress", harm: "a lamp shows that a duress button is held",
            file: "\(rules).swift",
            old: "!faults.keys.allSatisfy(secretFaults.contains)", new: "!faults.isEmpty"),
        Mutant(
            name: "uncounted-presses", harm: "presses that a unit counted are told as one",
            file: "\(rules)+Counting.swift",
            old: "count: left == 0 ? count - incidents + 1 : 1,", new: "count: 1,"),
        Mutant(
            name: "impatient-clock",
            harm: "a clock that runs free is a fault after ten minutes, a wrong one after a day",
            file: "\(rules)+Clock.swift",
            old: "isTrusted ? Self.longestHoldover : Self.clockPatience",
            new: "isTrusted ? Self.clockPatience : Self.longestHoldover"),
        Mutant(
            name: "idle-channel", harm: "after its first tasks a platform is not asked for more",
            file: "Sources/BoothCore/BoothCore+Recording.swift",
            old: "if tasks.noteKept(by: target, inMemory: isOnDisk ? 0 : events) {",
            new: "if tasks.noteKept(by: target, inMemory: isOnDisk ? 0 : events), events > 0 {"),
        Mutant(
            name: "seldom-heartbeat", harm: "a heartbeat comes half as often",
            file: "Sources/BoothCore/Status/Heartbeats.swift",
            old: "due[target] = now + interval", new: "due[target] = now + interval * 2"),
        Mutant(
            name: "hoarded-incidents", harm: "what is closed and answered stays in memory",
            file: "\(rules)+Life.swift",
            old: "guard !incident.isOpen, !incident.targets.contains(where: { $0.delivery == .queued",
            new:
                "guard !incident.isOpen, incident.count > 1, !incident.targets.contains(where: { $0.delivery == .queued"
        ),
        Mutant(
            name: "reminder-too-late", harm: "the third reminder comes later than twice the time of the second",
            file: "\(rules)+Escalation.swift",
            old: "first * (1 << number)", new: "first * (1 << number) + .seconds(number)"),
    ]
}
