// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport
import Testing

@testable import BoothCore

@Suite("Events as docs/events describes them")
struct EventSchemaTests {
    private let check = SchemaCheck()

    @Test("Hundreds of shapes of events, of every type, reason and state, are as their schemas say")
    func events() throws {
        var gathered = GatheredEvents()
        try gathered.addYears()
        try gathered.addAnswers()
        try gathered.addFaults()
        try gathered.addLosses()
        try gathered.addTasks()
        try gathered.addReports()
        try gathered.addHeartbeats()
        let problems = try check.problems(of: gathered.lines, against: "event")
        #expect(problems == [])
        #expect(gathered.lines.count > 200)
        #expect(gathered.types == Set(EventType.allCases))
        #expect(gathered.reasons == Set(UpdateReason.allCases))
        #expect(gathered.states == Set(IncidentState.allCases))
        #expect(gathered.refusals == Set(TaskRecord.Refusal.allCases.map(\.rawValue)))
    }

    private func example() throws -> String {
        let text = try source("docs/events/README.md")
        let fence = try #require(text.firstRange(of: "```json\n"))
        return text[fence.upperBound...].prefix { $0 != "`" }.split(separator: "\n").joined()
    }

    @Test("The example for readers is one")
    func exampleForReaders() throws {
        let problems = try check.problems(of: [example()], against: "event")
        #expect(problems == [])
    }

    /// Each is wrong by one thing.
    static let planted: [(right: String, wrong: String)] = [
        (#""count":1"#, #""count":0"#), (#""count":1"#, #""count":1,"counted":1"#),
        (#""class":"police""#, #""class":"fire""#), (#""test":false,"#, ""), (#""sequence":"0"#, #""sequence":""#),
        (#""booth":"B0001","#, ""), (#""specversion""#, #""version":"1","specversion""#),
        ("incident.raised.v1", "incident.risen.v1"), ("2026-11-21T", "2026-11-31T"),
        (#""clock":"synced""#, #""clock":"unsynced""#),
    ]

    @Test("An event that is wrong is found", arguments: planted)
    func isFound(right: String, wrong: String) throws {
        let example = try example()
        let planted = example.replacing(right, with: wrong, maxReplacements: 1)
        let problems = try check.problems(of: [example, planted], against: "event")
        #expect(problems.count == 1 && problems[0].hasPrefix("line 2: "), "\(problems)")
    }

    @Test("The schemas name every word of the code that they leave open")
    func openWords() throws {
        let envelope = try source("docs/events/cloudevent.schema.json")
        for word in KnownCategory.allCases {
            #expect(envelope.contains(" \(word.rawValue),"), "\(word)")
        }
        let task = try source("docs/events/task.done.v1.schema.json")
        for code in TaskRecord.Refusal.allCases {
            #expect(task.contains(" \(code.rawValue),") || task.contains(" \(code.rawValue)."), "\(code)")
        }
        let table = try source("docs/events/README.md")
        for type in EventType.allCases { #expect(table.contains("| `\(type.rawValue)` |"), "\(type)") }
    }
}
