// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothUplink
import HTTPServer
import Synchronization
import Testing

/// Promise: no answer of a server jams or empties the queue; only a receipt that names an event takes it out.
@Suite struct LyingPlatformTests {
    struct Lie: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var isRefused: Bool
        var answer: ScriptedPlatform.Answer

        init(_ name: String, refused: Bool, _ answer: @escaping ScriptedPlatform.Answer) {
            testDescription = name
            isRefused = refused
            self.answer = answer
        }

        init(_ status: Int, refused: Bool) {
            self.init("status \(status)", refused: refused) { asked in
                var answer = ScriptedPlatform.accept(asked.ids)
                answer.status = status
                return answer
            }
        }
    }

    static let lies: [Lie] =
        [204, 301, 302, 307, 401, 403, 404, 410, 495, 511].map { Lie($0, refused: true) }
        + [408, 409, 425, 429, 500, 501, 502, 503, 504, 507].map { Lie($0, refused: false) } + [
            Lie("captive portal", refused: true) { _ in
                HTTPResponse(
                    status: 200, headers: [HTTPField("Content-Type", "text/html")],
                    body: Array("<html>Sign in</html>".utf8))
            },
            Lie("no receipts", refused: true) { _ in ScriptedPlatform.json(200, #"{"receipts":[]}"#) },
            Lie("foreign receipts", refused: true) { _ in ScriptedPlatform.accept([eventID(999), eventID(998)]) },
            Lie("unknown result", refused: true) { asked in
                ScriptedPlatform.json(200, #"{"receipts":[{"id":"\#(asked.ids[0])","result":"received"}]}"#)
            },
            Lie("deep JSON", refused: true) { _ in
                ScriptedPlatform.json(200, String(repeating: #"{"receipts":["#, count: 50_000))
            },
            Lie("endless body", refused: true) { _ in
                HTTPResponse(status: 200, body: [UInt8](repeating: 32, count: 3 << 20))
            },
            Lie("closed connection", refused: false) { _ in .hangUp },
            Lie("cut receipts", refused: false) { asked in
                var answer = ScriptedPlatform.accept(asked.ids)
                answer.delivery = .cut(afterBodyBytes: answer.body.count - 1)
                return answer
            },
            Lie("slow body", refused: false) { asked in
                var answer = ScriptedPlatform.accept(asked.ids)
                answer.delivery = .trickled(bytes: 1, interval: .milliseconds(100))
                return answer
            },
            Lie("silence", refused: false) { _ in HTTPResponse(status: 200, delay: .seconds(60)) },
        ]

    @Test("keeps everything, says how the link stands, and delivers once the platform is honest", arguments: lies)
    func lie(_ lie: Lie) throws {
        let platform = try ScriptedPlatform(lie.answer)
        let agent = try TestAgent()
        agent.queue(1...3)
        let uplink = try agent.start(plain(platform)) { $0.timeout = .milliseconds(400) }
        agent.wait("three attempts") { $0.sent.count >= 3 }
        agent.wait("nothing that shows as sent") { $0.onTheWay.isEmpty }
        #expect(agent.now.receipts.isEmpty)
        #expect(agent.now.queue.count == 3)
        let isRefused = if case .refused = agent.now.link { true } else { false }
        #expect(isRefused == lie.isRefused && agent.now.link != .ok)
        #expect(agent.now.links.count == 1)
        platform.answer(ScriptedPlatform.honest)
        agent.wait("empty queue") { $0.queue.isEmpty }
        #expect(agent.now.receipts.count == 3 && agent.now.rejected.isEmpty)
        #expect(agent.now.link == .ok)
        end(uplink, platform)
    }

    @Test("keeps the events of a batch that its receipts leave out")
    func missing() throws {
        let platform = try ScriptedPlatform { asked in
            ScriptedPlatform.accept(asked.ids.filter { $0.key % 2 == 1 } + [eventID(777)], maxBatch: 10)
        }
        let agent = try TestAgent()
        agent.queue(1...9)
        let uplink = try agent.start(plain(platform))
        agent.wait("refused") { $0.link != .ok }
        #expect(Set(agent.now.receipts.map(\.id)) == Set([1, 3, 5, 7, 9].map(eventID)))
        #expect(agent.now.queue.map(\.id) == [2, 4, 6, 8].map(eventID))
        platform.answer(ScriptedPlatform.honest)
        agent.wait("empty queue") { $0.queue.isEmpty }
        end(uplink, platform)
    }

    @Test("an event that is never named does not stand in the way of the others")
    func unnamed() throws {
        let platform = try ScriptedPlatform { asked in ScriptedPlatform.accept(asked.ids.filter { $0 != eventID(1) }) }
        let agent = try TestAgent()
        agent.queue(1...20)
        let uplink = try agent.start(plain(platform))
        agent.wait("the others") { $0.queue.map(\.id) == [eventID(1)] }
        end(uplink, platform)
    }

    @Test("halves a refused batch until the one is found, and rejects that alone", arguments: [400, 413, 415, 422])
    func poison(status: Int) throws {
        let platform = try ScriptedPlatform { asked in
            if asked.ids.contains(eventID(7)) {
                return ScriptedPlatform.problem(status, #"{"title":"Bad","detail":"no subject"}"#)
            }
            return ScriptedPlatform.accept(asked.ids, maxBatch: 8)
        }
        let agent = try TestAgent()
        agent.queue(1...20)
        let uplink = try agent.start(plain(platform))
        agent.wait("empty queue") { $0.queue.isEmpty }
        #expect(agent.now.rejected == [eventID(7)])
        let verdict = agent.now.receipts.first { $0.id == eventID(7) }?.result
        #expect(verdict == .rejected(reason: "HTTP \(status): Bad: no subject"))
        #expect(agent.now.links.isEmpty)
        end(uplink, platform)
    }

    /// syslog-ng#2996, rsyslog#4348, vector#10870: a gateway in service answers for the platform, and empties a queue.
    @Test(
        "what a gateway answers instead of the platform sets nothing aside, and all arrives once it lets them through",
        arguments: [400, 402, 405, 407, 413, 415, 421, 422, 426, 431, 451, 494, 499])
    func gateway(status: Int) throws {
        let page = ScriptedPlatform.page(status)
        let platform = try ScriptedPlatform { _ in page }
        let agent = try TestAgent()
        agent.queue(1...3)
        let uplink = try agent.start(plain(platform))
        agent.wait("a fault of the link") { if case .refused = $0.link { true } else { false } }
        platform.answer(ScriptedPlatform.honest)
        agent.wait("empty queue") { $0.queue.isEmpty }
        agent.wait("a link that is well") { $0.link == .ok }
        #expect(agent.now.rejected.isEmpty)
        end(uplink, platform)
    }

    @Test("an event that a firewall dislikes is kept and told of, and the others pass", arguments: [405, 403])
    func disliked(status: Int) throws {
        let platform = try ScriptedPlatform { asked in
            asked.ids.contains(eventID(1))
                ? ScriptedPlatform.page(status) : ScriptedPlatform.accept(asked.ids, maxBatch: 8)
        }
        let agent = try TestAgent()
        agent.queue(1...40)
        let uplink = try agent.start(plain(platform))
        agent.wait("the others") { $0.queue.map(\.id) == [eventID(1)] }
        if status == 405 { #expect(agent.now.link != .ok) }
        #expect(agent.now.rejected.isEmpty)
        platform.answer(ScriptedPlatform.honest)
        agent.wait("empty queue") { $0.queue.isEmpty }
        agent.wait("a link that is well") { $0.link == .ok }
        end(uplink, platform)
    }

    @Test("passes the reason of a rejection on, a reroute too")
    func rejected() throws {
        let platform = try ScriptedPlatform { asked in
            ScriptedPlatform.json(
                200, #"{"receipts":[{"id":"\#(asked.ids[0])","result":"rejected","reason":"reroute:community"}]}"#)
        }
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(plain(platform))
        agent.wait("receipt") { $0.queue.isEmpty }
        #expect(agent.now.receipts == [Receipt(id: eventID(1), result: .rejected(reason: "reroute:community"))])
        end(uplink, platform)
    }

    @Test("leaves what was taken alone until receipt-wait has passed, and sends the others meanwhile")
    func taken() throws {
        let platform = try ScriptedPlatform { asked in
            asked.ids.contains { $0.key <= 3 } ? HTTPResponse(status: 202) : ScriptedPlatform.accept(asked.ids)
        }
        let agent = try TestAgent()
        agent.queue(1...6)
        let uplink = try agent.start(plain(platform)) { $0.receiptWait = .milliseconds(700) }
        agent.wait("the others") { $0.queue.count == 3 }
        #expect(agent.now.onTheWay == Set((1...3).map { eventID($0) }))
        let first = try #require(platform.asked.first)
        #expect(platform.asked.map(\.ids) == (1...6).map { [eventID($0)] })
        agent.wait("sent again") { $0.sent.count > 6 }
        agent.queue([7])
        agent.wait("a new one") { $0.receipts.contains { $0.id == eventID(7) } }
        let again = try #require(platform.asked.dropFirst(6).first { $0.ids == [eventID(1)] })
        #expect(again.at - first.at >= .milliseconds(700))
        #expect(agent.now.links.isEmpty && agent.now.queue.count == 3)
        end(uplink, platform)
    }

    @Test("does not spin when the agent gives what it was asked not to give")
    func deafAgent() throws {
        let platform = try ScriptedPlatform { asked in
            asked.ids == [eventID(1)] ? HTTPResponse(status: 202) : ScriptedPlatform.accept(asked.ids)
        }
        let agent = try TestAgent(deaf: true)
        agent.queue([1])
        let uplink = try agent.start(plain(platform)) { $0.receiptWait = .milliseconds(1500) }
        agent.wait("sent again") { $0.sent.count == 2 }
        #expect(agent.now.requests < 10, "\(agent.now.requests) requests")
        end(uplink, platform)
    }
}
