// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Testing

@testable import BoothControl

@Suite struct ActTests {
    private static let id = EventID(key: 5, random: 5)

    /// Outcomes that say something, and others.
    private static let outcomes: [(String, Bool)] = [
        ("误报", true), ("false alarm: wind", true), (String(repeating: "字", count: 1000), true), ("", false),
        ("  ", false), ("a\nb", false), ("a\u{7}", false), ("a\u{2028}b", false),
        (String(repeating: "字", count: 1001), false),
    ]

    @Test("an outcome is one line of 1 to 1000 characters", arguments: outcomes)
    func outcome(text: String, isTaken: Bool) throws {
        #expect(Act.isOutcome(text) == isTaken)
        let bench = try ControlBench()
        let expected = isTaken ? ControlError.incidentClosed(Self.id) : .invalidParameter("outcome")
        #expect(throws: ControlClientError.refused(expected)) {
            try ControlClient(path: bench.path).call(.act(.close(Self.id, outcome: text)))
        }
    }

    @Test("each act arrives as it was called, with who called it")
    func arrival() throws {
        struct Seen: Sendable, Hashable {
            var call: ControlCall
            var officer: Actor?
        }
        let seen = try Mailbox<Seen>()
        let bench = try ControlBench { call, replier in
            seen.post(Seen(call: call, officer: replier.officer))
            replier.answer(.retried([]))
        }
        let until = WallTime(milliseconds: 1_795_252_500_000)
        let acts: [Act] = [
            .acknowledge(Self.id), .close(Self.id, outcome: "误报"), .arm, .disarm(until: nil), .disarm(until: until),
            .retry(Self.id), .retry(nil),
        ]
        let user = PeerCredentials.login(of: geteuid()) ?? String(geteuid())
        for act in acts {
            _ = try ControlClient(path: bench.path).call(.act(act))
            #expect(seen.take() == [Seen(call: .act(act), officer: .officer(user))])
        }
        let questions: [ControlCall] = [
            .report(.day, on: nil), .report(.month, on: CivilDate(year: 2026, month: 2, day: 1)), .verify(full: false),
            .verify(full: true),
        ]
        for question in questions {
            _ = try ControlClient(path: bench.path).call(question)
            #expect(seen.take() == [Seen(call: question, officer: nil)])
        }
        _ = try ControlClient(path: bench.path).call(.queue)
        #expect(seen.take() == [Seen(call: .queue, officer: nil)])
    }

    @Test(
        "an act that cannot be carried out names its parameter",
        arguments: [
            (#"Acknowledge""#, "incident"), (#"Acknowledge","parameters":{"incident":"7"}"#, "incident"),
            (#"Close","parameters":{"incident":"01a1fb75-4948-7a11-9c02-5f0d6a1be001"}"#, "outcome"),
            (#"Close","parameters":{"outcome":"x"}"#, "incident"), (#"Arm","parameters":{"until":"x"}"#, "until"),
            (#"Disarm","parameters":{"until":"17:00"}"#, "until"),
            (#"Disarm","parameters":{"until":"2026-11-21T17:00:00"}"#, "until"), (#"Retry""#, "id"),
            (#"Retry","parameters":{"all":false}"#, "id"),
            (#"Retry","parameters":{"all":true,"id":"01a1fb75-4948-7a11-9c02-5f0d6a1be001"}"#, "all"),
            (#"GetReport""#, "period"), (#"GetReport","parameters":{"period":"year"}"#, "period"),
            (#"GetReport","parameters":{"period":"day","date":"2026-02-30"}"#, "date"),
            (#"Verify","parameters":{"full":1}"#, "full"), (#"Verify","parameters":{"all":true}"#, "all"),
            (#"Test""#, "more"), (#"Test","parameters":{"points":"x"},"more":true"#, "points"),
        ])
    func parameters(call: String, name: String) throws {
        let bench = try ControlBench()
        let client = try RawClient(bench.path)
        client.call("{\"method\":\"cn.boothd.Agent.\(call)}")
        #expect(
            try client.read()
                == "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{\"parameter\":\"\(name)\"}}")
    }

    @Test("an error says what it is of")
    func errors() throws {
        let bench = try ControlBench()
        let errors: [(ControlCall, ControlError)] = [
            (.act(.acknowledge(Self.id)), .incidentClosed(Self.id)), (.act(.retry(Self.id)), .noSuchEvent(Self.id)),
            (.test("attic"), .noSuchPoint("attic")),
        ]
        for (call, error) in errors {
            #expect(throws: ControlClientError.refused(error)) {
                guard case .test(let point) = call else {
                    _ = try ControlClient(path: bench.path).call(call)
                    return
                }
                try ControlClient(path: bench.path).test(point) { _, _ in true }
            }
        }
    }

    @Test("the answer to arm and disarm says what the booth goes by")
    func attendance() throws {
        let bench = try ControlBench()
        #expect(
            try ControlClient(path: bench.path).call(.act(.arm))
                == #"{"attendance":{"attended":false,"cause":"armed","until":null}}"#)
        let until = WallTime(milliseconds: 1_795_252_500_000)
        struct Reply: Decodable { var attendance: AttendanceStatus }
        let text = try ControlClient(path: bench.path).call(.act(.disarm(until: until)))
        let answer = try ControlClient.decode(Reply.self, from: text).attendance.until
        #expect(answer.flatMap { WallTime(rfc3339: $0) } == until)
    }
}
