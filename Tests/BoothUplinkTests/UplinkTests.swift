// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothUplink
import Crypto
import Glibc
import HTTPServer
import Synchronization
import Testing

@Suite struct UplinkTests {
    @Test("sends one event at a time until the platform offers batches, then as many as it offers")
    func batches() throws {
        let platform = try ScriptedPlatform { ScriptedPlatform.accept($0.ids, maxBatch: 4) }
        let agent = try TestAgent()
        agent.queue(1...9)
        let uplink = try agent.start(plain(platform))
        agent.wait("empty queue") { $0.queue.isEmpty }
        #expect(platform.asked.map(\.ids.count) == [1, 4, 4])
        #expect(agent.now.sent == platform.asked.map(\.ids))
        #expect(agent.now.receipts.first?.result == .accepted(ticket: "T-1"))
        let single = platform.asked[0]
        #expect(single.type == "application/cloudevents+json; charset=UTF-8")
        #expect(single.key == "\"\(eventID(1))\"")
        let batch = platform.asked[1]
        #expect(batch.type == "application/cloudevents-batch+json; charset=UTF-8")
        let ids = (2...5).map { eventID($0).description }.joined(separator: "\n")
        #expect(batch.key == "\"\(SHA256.hexadecimal(of: Array(ids.utf8)).prefix(32))\"")
        #expect(batch.body.contains("求助"))
        #expect(agent.now.links.isEmpty)
        end(uplink, platform)
    }

    @Test("sends what is queued later at once, over the same request")
    func standing() throws {
        let platform = try ScriptedPlatform(ScriptedPlatform.honest)
        let agent = try TestAgent()
        let uplink = try agent.start(plain(platform))
        agent.wait("a request") { $0.request != nil }
        for number in 1...3 {
            agent.queue([number])
            agent.wait("receipt") { $0.receipts.count == number }
        }
        #expect(agent.now.sent == [[eventID(1)], [eventID(2)], [eventID(3)]])
        end(uplink, platform)
    }

    @Test("sends the same bytes and the same key again")
    func resent() throws {
        let count = Mutex(0)
        let platform = try ScriptedPlatform { asked in
            let number = count.withLock { number in
                number += 1
                return number
            }
            return number < 4 ? .hangUp : ScriptedPlatform.accept(asked.ids)
        }
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(plain(platform))
        agent.wait("receipt") { $0.queue.isEmpty }
        #expect(platform.asked.count >= 4)
        #expect(Set(platform.asked.map(\.body)).count == 1)
        #expect(Set(platform.asked.map(\.key)) == ["\"\(eventID(1))\""])
        end(uplink, platform)
    }

    @Test("never sleeps past a wait that ended while it was being reckoned")
    func shortWaits() throws {
        let count = Mutex(0)
        let platform = try ScriptedPlatform { asked in
            let number = count.withLock { number in
                number += 1
                return number
            }
            return number < 2000 ? HTTPResponse(status: 503) : ScriptedPlatform.accept(asked.ids)
        }
        let agent = try TestAgent()
        agent.queue([1])
        // Waits so short that one of two thousand ends between two looks at the clock.
        let uplink = try agent.start(plain(platform)) {
            $0.retryFirst = .microseconds(300)
            $0.retryMost = .microseconds(300)
        }
        agent.wait("receipt") { $0.queue.isEmpty }
        end(uplink, platform)
    }

    @Test("a press breaks the wait of a failing platform, once, and a backlog of presses makes no storm")
    func pressBreaksWait() throws {
        let platform = try ScriptedPlatform { _ in HTTPResponse(status: 403) }
        let agent = try TestAgent()
        agent.queue(1...20, .help)
        agent.queue(21...40)
        let uplink = try agent.start(plain(platform)) { $0.retryMost = .seconds(600) }
        agent.wait("standing request") { $0.request?.onlyHelpAfter == eventID(20) }
        // The first attempt, and one for the presses behind it.
        #expect(platform.asked.count == 2)
        agent.queue([41])
        agent.queue([42], .help)
        agent.wait("press tried") { $0.request?.onlyHelpAfter == eventID(42) }
        #expect(platform.asked.map(\.ids) == [[eventID(1)], [eventID(2)], [eventID(42)]])
        platform.answer(ScriptedPlatform.honest)
        agent.queue([43], .help)
        agent.wait("everything, since receipts end the wait") { $0.queue.isEmpty }
        #expect(agent.now.link == .ok)
        end(uplink, platform)
    }

    @Test("nothing breaks a Retry-After, neither press nor status")
    func hold() throws {
        let platform = try ScriptedPlatform { asked in
            ScriptedPlatform.json(429, "{}", headers: [HTTPField("Retry-After", "1")])
        }
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(plain(platform))
        agent.wait("retrying") { $0.link != .ok }
        platform.answer(ScriptedPlatform.honest)
        agent.queue([2], .help)
        uplink.order(.status(eventID(99), body: #"{"id":"\#(eventID(99))"}"#))
        agent.wait("empty queue") { $0.queue.isEmpty }
        let times = platform.asked
        #expect(times[1].ids == [eventID(99)] || times[1].ids == [eventID(2)])
        #expect(times[1].at - times[0].at >= .milliseconds(990))
        end(uplink, platform)
    }

    @Test("a press takes the place of an ordinary request that hangs, which is sent again")
    func pressOvertakes() throws {
        let platform = try ScriptedPlatform { asked in
            asked.ids == [eventID(1)]
                ? HTTPResponse(status: 200, delay: .seconds(60)) : ScriptedPlatform.accept(asked.ids)
        }
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(plain(platform)) { $0.timeout = .seconds(30) }
        agent.wait("sending") { $0.sent.count == 1 }
        agent.queue([2], .help)
        agent.wait("press accepted") { $0.receipts.map(\.id) == [eventID(2)] }
        agent.wait("sent again") { $0.sent.count == 3 }
        #expect(agent.now.sent.last == [eventID(1)])
        #expect(agent.now.links.isEmpty)
        end(uplink, platform)
    }

    @Test("a stop ends a hanging request at once")
    func stop() throws {
        let platform = try ScriptedPlatform { _ in HTTPResponse(status: 200, delay: .seconds(60)) }
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(plain(platform)) { $0.timeout = .seconds(30) }
        agent.wait("sending") { $0.sent.count == 1 }
        end(uplink, platform)
        #expect(agent.now.queue.count == 1)
    }

    @Test("spaces events by the configured rate, and lets a press through")
    func rate() throws {
        let platform = try ScriptedPlatform { ScriptedPlatform.accept($0.ids, maxBatch: 50) }
        let agent = try TestAgent()
        agent.queue(1...6)
        let uplink = try agent.start(plain(platform)) { $0.rate = 10 }
        agent.wait("one accepted") { !$0.receipts.isEmpty }
        agent.queue([9], .help)
        agent.wait("empty queue") { $0.queue.isEmpty }
        let asked = platform.asked
        #expect(asked.dropFirst().first?.ids == [eventID(9)])
        let ordinary = asked.filter { $0.ids != [eventID(9)] }
        #expect(ordinary[1].at - ordinary[0].at >= .milliseconds(99))
        end(uplink, platform)
    }

    @Test("waits a moment at the start, except with a press")
    func spread() throws {
        let platform = try ScriptedPlatform(ScriptedPlatform.honest)
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(plain(platform), spread: .seconds(3000))
        agent.wait("a request for presses") { $0.request?.onlyHelpAfter != nil }
        #expect(platform.asked.isEmpty)
        agent.queue([2], .help)
        agent.wait("press accepted") { !$0.receipts.isEmpty }
        end(uplink, platform)
    }
}

@Suite struct StatusTests {
    private func status(_ number: Int) -> UplinkOrder {
        .status(eventID(number), body: #"{"id":"\#(eventID(number))"}"#)
    }

    @Test("is sent alone, tells of a failing link once, is not sent again, and mends the state")
    func life() throws {
        let platform = try ScriptedPlatform { _ in HTTPResponse(status: 503) }
        let agent = try TestAgent()
        let uplink = try agent.start(plain(platform))
        uplink.order(status(1))
        agent.wait("retrying") { $0.links.count == 1 }
        platform.answer { _ in ScriptedPlatform.json(200, #"{"receipts":[],"max_batch":10}"#) }
        uplink.order(status(2))
        agent.wait("ok") { $0.links.count == 2 }
        #expect(platform.asked.map(\.ids) == [[eventID(1)], [eventID(2)]])
        #expect(platform.asked[0].type == "application/cloudevents+json; charset=UTF-8")
        #expect(platform.asked[0].key == "\"\(eventID(1))\"")
        #expect(agent.now.link == .ok)
        #expect(agent.now.receipts.isEmpty && agent.now.sent.isEmpty)
        end(uplink, platform)
    }

    @Test("the newest replaces one that still waits")
    func newest() throws {
        let began = Mutex(false)
        let platform = try ScriptedPlatform { asked in
            let isFirst = began.withLock { began in
                defer { began = true }
                return !began
            }
            var answer = ScriptedPlatform.accept(asked.ids)
            if isFirst { answer.delay = .milliseconds(300) }
            return answer
        }
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(plain(platform))
        agent.wait("sending") { $0.sent.count == 1 }
        for number in 11...15 { uplink.order(status(number)) }
        agent.wait("receipt") { $0.queue.isEmpty }
        agent.queue([2])
        agent.wait("second receipt") { $0.queue.isEmpty }
        #expect(platform.asked.map(\.ids) == [[eventID(1)], [eventID(15)], [eventID(2)]])
        end(uplink, platform)
    }
}
