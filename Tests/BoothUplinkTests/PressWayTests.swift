// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import BoothUplink
import HTTPServer
import Synchronization
import TestSupport
import Testing

/// Answers of a platform that wait until the test lets them go.
private final class Gate: Sendable {
    private let open: WakeUp

    init() throws { open = try WakeUp() }

    func release() { open.ring() }
    /// Ten seconds at most: a test that failed has to end.
    func wait() { open.wait(milliseconds: 10_000) }
}

/// Promise: a press waits for no other request, for no dead connection, and its second way does no harm.
@Suite("A press has a way of its own")
struct PressWayTests {
    @Test("is accepted while the batch before it has no answer, and that one is sent once")
    func besideBatch() throws {
        let gate = try Gate()
        let platform = try ScriptedPlatform { asked in
            if asked.ids.count > 1 { gate.wait() }
            return ScriptedPlatform.accept(asked.ids, maxBatch: 50)
        }
        let agent = try TestAgent()
        agent.queue(1...51)
        let uplink = try agent.start(plain(platform))
        agent.wait("the batch is under way") { $0.sent.count == 2 }
        for press in 100...103 {
            agent.queue([press], .help)
            agent.wait("press accepted") { $0.receipts.last?.id == eventID(press) }
        }
        gate.release()
        agent.wait("empty queue") { $0.queue.isEmpty }
        #expect(agent.now.sent.count == 6 && agent.now.links.isEmpty)
        end(uplink, platform)
    }

    @Test("finds an open connection while a backlog is sent", arguments: [false, true])
    func warm(isPressFirst: Bool) throws {
        let folder = makeCertificates()
        let tls = try HTTPServerTLS(
            certificate: folder.file("platform.pem"), key: folder.file("platform.key"),
            clientAuthority: folder.file("ca.pem"))
        let gate = try Gate()
        let platform = try ScriptedPlatform(tls: tls) { asked in
            if asked.ids.contains(eventID(60)) { gate.wait() }
            return ScriptedPlatform.accept(asked.ids, maxBatch: 10)
        }
        let proxy = try TCPProxy(to: platform.port)
        let agent = try TestAgent()
        agent.queue(1...60)
        if isPressFirst { agent.queue([99], .help) }
        let uplink = try agent.start(
            .init(
                url: "https://127.0.0.1:\(proxy.port)", ca: folder.file("ca.pem"),
                certificate: folder.file("booth.pem"), key: folder.file("booth.key")))
        agent.wait("the last batch is under way") { $0.sent.last?.contains(eventID(60)) == true }
        #expect(proxy.accepted == 2)
        agent.queue([100], .help)
        agent.wait("press accepted") { $0.receipts.last?.id == eventID(100) }
        #expect(proxy.accepted == 2)
        gate.release()
        agent.wait("empty queue") { $0.queue.isEmpty }
        end(uplink, platform)
        proxy.stop()
    }

    @Test("one connection does where there is no backlog")
    func single() throws {
        let platform = try ScriptedPlatform { ScriptedPlatform.accept($0.ids, maxBatch: 10) }
        let proxy = try TCPProxy(to: platform.port)
        let agent = try TestAgent()
        let uplink = try agent.start(.init(url: "http://127.0.0.1:\(proxy.port)"))
        for number in 1...5 {
            agent.queue([number], number % 2 == 0 ? .help : .routine)
            agent.wait("receipt") { $0.receipts.count == number }
        }
        #expect(proxy.accepted == 1)
        end(uplink, platform)
        proxy.stop()
    }

    @Test("goes out again on a fresh connection where its own died unseen, and the next one goes there at once")
    func deadConnection() throws {
        let platform = try ScriptedPlatform(ScriptedPlatform.honest)
        let proxy = try TCPProxy(to: platform.port)
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(.init(url: "http://127.0.0.1:\(proxy.port)")) { $0.timeout = .seconds(15) }
        agent.wait("receipt") { $0.queue.isEmpty }
        proxy.forget()
        let start = ContinuousClock().now
        agent.queue([2], .help)
        agent.wait("press accepted") { $0.queue.isEmpty }
        // A floor of 0.3 s, and a machine that is busy; what it was: the timeout.
        #expect(ContinuousClock().now - start < .seconds(6))
        #expect(proxy.accepted == 2)
        agent.queue([3], .help)
        agent.wait("next press accepted") { $0.queue.isEmpty }
        #expect(proxy.accepted == 2)
        #expect(platform.asked.map(\.ids) == [[eventID(1)], [eventID(2)], [eventID(3)]])
        #expect(agent.now.sent.count == 3 && agent.now.links.isEmpty)
        end(uplink, platform)
        proxy.stop()
    }

    @Test("shows a dead connection by its own answer: the batch that is stuck on one is sent again")
    func deadBesideBatch() throws {
        let platform = try ScriptedPlatform(ScriptedPlatform.honest)
        let proxy = try TCPProxy(to: platform.port)
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(.init(url: "http://127.0.0.1:\(proxy.port)")) { $0.timeout = .seconds(60) }
        agent.wait("receipt") { $0.queue.isEmpty }
        proxy.forget()
        agent.queue([2])
        agent.wait("under way") { $0.sent.count == 2 }
        agent.queue([3], .help)
        agent.wait("both accepted") { $0.queue.isEmpty }
        #expect(agent.now.receipts.map(\.id) == [1, 3, 2].map { eventID($0) })
        #expect(agent.now.links.isEmpty)
        end(uplink, platform)
        proxy.stop()
    }

    @Test("is sent twice at most where the platform is slow, and has one receipt")
    func noStorm() throws {
        let gate = try Gate()
        let platform = try ScriptedPlatform { asked in
            if asked.ids == [eventID(2)] { gate.wait() }
            return ScriptedPlatform.accept(asked.ids)
        }
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(plain(platform))
        agent.wait("receipt") { $0.queue.isEmpty }
        agent.queue([2], .help)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(10)
        while platform.asked.count < 3, clock.now < end { try Self.pause(milliseconds: 10) }
        // Several times as long as the second try took to come.
        try Self.pause(milliseconds: 1500)
        #expect(platform.asked.map(\.ids) == [[eventID(1)], [eventID(2)], [eventID(2)]])
        #expect(Set(platform.asked.dropFirst().map(\.body)).count == 1)
        gate.release()
        agent.wait("press accepted") { $0.queue.isEmpty }
        agent.queue([3], .help)
        agent.wait("next press accepted") { $0.queue.isEmpty }
        #expect(agent.now.receipts.map(\.id) == [1, 2, 3].map { eventID($0) })
        #expect(agent.now.sent.count == 3 && agent.now.links.isEmpty)
        uplink.stop()
        #expect(uplink.join(milliseconds: 1000))
        platform.stop()
    }

    /// Nothing comes meanwhile: nothing to wait for but the time.
    private static func pause(milliseconds: Int) throws { try WakeUp().wait(milliseconds: milliseconds) }

    @Test("takes one round trip over a slow line, whatever is under way, and leaves the order within an incident")
    func slowLine() throws {
        let slow = Duration.milliseconds(1600)
        let platform = try ScriptedPlatform { asked in
            var answer = ScriptedPlatform.accept(asked.ids)
            answer.delay = slow
            return answer
        }
        let agent = try TestAgent()
        agent.queue([1], incident: 1)
        let uplink = try agent.start(plain(platform))
        agent.wait("under way") { $0.sent.count == 1 }
        agent.queue([2], .help, incident: 2)
        agent.wait("under way") { $0.sent.count == 2 }
        agent.queue([3], .help, incident: 2)
        agent.queue([4], .help, incident: 4)
        agent.wait("empty queue") { $0.queue.isEmpty }
        let asked = Dictionary(grouping: platform.asked) { $0.ids[0].key }.compactMapValues { $0.first?.at }
        let (ordinary, press) = (try #require(asked[1]), try #require(asked[2]))
        let (later, other) = (try #require(asked[3]), try #require(asked[4]))
        #expect(press - ordinary < slow && other - press < slow)
        #expect(other - press >= .milliseconds(190))
        #expect(later - press >= slow)
        #expect(Set(agent.now.sent) == Set((1...4).map { [eventID($0)] }))
        end(uplink, platform)
    }

    @Test("breaks no Retry-After that another request brought while it was under way")
    func hold() throws {
        let (ordinary, press) = (try Gate(), try Gate())
        let platform = try ScriptedPlatform { asked in
            guard asked.ids == [eventID(1)] else {
                press.wait()
                return ScriptedPlatform.accept(asked.ids)
            }
            ordinary.wait()
            return ScriptedPlatform.json(429, "{}", headers: [HTTPField("Retry-After", "1")])
        }
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(plain(platform))
        agent.wait("under way") { $0.sent.count == 1 }
        agent.queue([2], .help)
        agent.wait("press under way") { $0.sent.count == 2 }
        ordinary.release()
        agent.wait("held") { $0.links.count == 1 }
        let start = ContinuousClock().now
        press.release()
        agent.wait("press accepted") { !$0.receipts.isEmpty }
        platform.answer(ScriptedPlatform.honest)
        agent.queue([3], .help)
        agent.wait("empty queue") { $0.queue.isEmpty }
        let next = try #require(platform.asked.dropFirst(2).first)
        #expect(next.ids == [eventID(3)] && next.at - start >= .milliseconds(900))
        end(uplink, platform)
    }
}

/// Promise: what a platform has not taken, nothing later of the same incident overtakes.
@Suite("The order of an incident")
struct IncidentOrderTests {
    /// Gives no receipt for `silent`.
    private static func platform(silentFor silent: EventID) throws -> ScriptedPlatform {
        try ScriptedPlatform { asked in ScriptedPlatform.accept(asked.ids.filter { $0 != silent }) }
    }

    @Test("holds what comes later of an incident whose first event has no receipt, and nothing else")
    func held() throws {
        let platform = try Self.platform(silentFor: eventID(1))
        let agent = try TestAgent()
        agent.queue([1, 2, 4], incident: 1)
        agent.queue([3, 5], incident: 3)
        agent.queue([6])
        let uplink = try agent.start(plain(platform))
        agent.wait("the others") { $0.queue.map(\.id) == [1, 2, 4].map { eventID($0) } }
        agent.wait("tried again") { state in state.sent.count { $0 == [eventID(1)] } > 2 }
        #expect(!platform.asked.contains { $0.ids == [eventID(2)] || $0.ids == [eventID(4)] })
        platform.answer(ScriptedPlatform.honest)
        agent.wait("empty queue") { $0.queue.isEmpty }
        #expect(agent.now.receipts.suffix(3).map(\.id) == [1, 2, 4].map { eventID($0) })
        end(uplink, platform)
    }

    @Test("a new press of an incident whose first has no receipt makes one attempt at once, with the first")
    func newPress() throws {
        let platform = try Self.platform(silentFor: eventID(1))
        let agent = try TestAgent()
        agent.queue([1], .help, incident: 1)
        let uplink = try agent.start(plain(platform)) { $0.retryMost = .seconds(600) }
        agent.wait("held") { $0.request?.except == [eventID(1)] }
        agent.queue([2], .help, incident: 1)
        agent.wait("tried") { $0.sent.count == 2 && $0.request?.onlyHelpAfter == eventID(2) }
        #expect(agent.now.sent == [[eventID(1)], [eventID(1)]])
        agent.queue([3], .help, incident: 3)
        agent.wait("another incident is accepted, and what comes later of the first is held") {
            $0.request?.except == [eventID(1), eventID(2)]
        }
        #expect(agent.now.receipts.map(\.id) == [eventID(3)])
        platform.answer(ScriptedPlatform.honest)
        agent.queue([4], .help, incident: 1)
        agent.wait("empty queue") { $0.queue.isEmpty }
        #expect(agent.now.receipts.map(\.id) == [3, 1, 2, 4].map { eventID($0) })
        end(uplink, platform)
    }
}
