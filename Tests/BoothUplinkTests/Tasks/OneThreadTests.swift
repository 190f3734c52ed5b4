// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import BoothUplink
import HTTPServer
import Synchronization
import Testing

/// Promise: events and tasks share a thread, and neither waits for the other.
@Suite struct OneThreadTests {
    private struct Heard: Sendable {
        var request: FetchRequest?
        var receipts = 0
        var tasks = 0
        var polls = 0
    }

    @Test("a press is accepted while a poll is held, and tasks come while a press has no answer")
    func besideEachOther() throws {
        let heard = Mutex(Heard())
        let changed = try WakeUp()
        let (task, receipt) = (try WakeUp(), try WakeUp())
        let server = try HTTPServer(listen: ListenAddress("127.0.0.1:0")) { request in
            if request.method == "GET" {
                let number = heard.withLock { heard in
                    heard.polls += 1
                    return heard.polls
                }
                changed.ring()
                guard number == 1 else { return ScriptedTasks.hold }
                task.wait(milliseconds: 10_000)
                return ScriptedTasks.tests(["a"], cursor: "1")
            }
            let isSecond = String(decoding: request.body, as: UTF8.self).contains("\(eventID(2))")
            if isSecond { receipt.wait(milliseconds: 10_000) }
            return ScriptedPlatform.accept([eventID(isSecond ? 2 : 1)])
        }
        let target = TargetConfiguration(
            id: "police", accepts: [.police], endpoint: .init(url: "http://127.0.0.1:\(server.port)"))
        var setup = Uplink.Setup(target, booth: "B0001", version: "0.1")
        setup.startSpread = .zero
        let uplink = try Uplink(setup) { report in
            heard.withLock { heard in
                switch report {
                case .ready(_, let request): heard.request = request
                case .receipts: heard.receipts += 1
                case .tasks: heard.tasks += 1
                case .sending, .returned, .link, .taskLink: break
                }
            }
            changed.ring()
        }
        func wait(_ what: String, until condition: (Heard) -> Bool) {
            let end = ContinuousClock().now + .seconds(15)
            while ContinuousClock().now < end {
                changed.clear()
                if condition(heard.withLock { $0 }) { return }
                changed.wait(milliseconds: 250)
            }
            Issue.record("not within 15 s: \(what)")
        }
        func press(_ number: Int) {
            wait("a request") { $0.request != nil }
            let request = heard.withLock { heard in
                defer { heard.request = nil }
                return heard.request
            }
            let event = QueuedEvent(
                id: eventID(number), sequence: "\(number)", priority: .help, body: #"{"id":"\#(eventID(number))"}"#)
            uplink.order(.batch(number: request?.number ?? 0, [event]))
        }
        try uplink.start()
        uplink.order(.startTasks(after: nil))
        wait("a poll") { $0.polls == 1 }
        press(1)
        wait("the press accepted, the poll held") { $0.receipts == 1 && $0.tasks == 0 }
        press(2)
        task.ring()
        wait("the task, the press without an answer") { $0.tasks == 1 && $0.receipts == 1 }
        receipt.ring()
        wait("the press accepted") { $0.receipts == 2 }
        uplink.stop()
        #expect(uplink.join(milliseconds: 1000))
        server.stop()
    }
}
