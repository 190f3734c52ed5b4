// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothUplink
import HTTP
import Testing

/// Ids that rise, told apart by their number.
func eventID(_ number: Int) -> EventID { EventID(key: Int64(number), random: UInt64(number)) }

private func reply(_ status: Int, _ body: String = "", type: String = "application/json") -> Reply {
    Reply(status: status, contentType: type, body: Array(body.utf8))
}

@Suite struct VerdictTests {
    private static let words = HTTPWords(.init(url: "https://county.example:8443/booths", ca: "/etc/boothd/ca.pem"))
    private let words = Self.words
    private let reader = AnswerReader(words)
    private let first = eventID(1)
    private let second = eventID(2)

    private func receipts(_ items: String, _ more: String = "") -> String { #"{"receipts":[\#(items)]\#(more)}"# }

    @Test("takes receipts from 200 and 201 alone, whatever stands in the body of any other status")
    func receiptsByStatus() {
        let body = receipts(#"{"id":"\#(first)","result":"accepted"}"#)
        for status in 0...999 {
            let verdict = reader.verdict(on: reply(status, body), asked: [first])
            let isReceipts = if case .receipts = verdict { true } else { false }
            #expect(isReceipts == (status == 200 || status == 201), "status \(status)")
        }
    }

    @Test("reads every status as the table has it, without a body")
    func table() {
        for status in 0...999 {
            let verdict = reader.verdict(on: reply(status), asked: [first])
            let expected: Verdict =
                switch status {
                case 202: .promised
                case 301, 302, 303, 307, 308, 300...399: .refused(words.sentence(.redirect(status)))
                case 401, 403, 404, 410, 511, 495, 496, 497: .refused(words.sentence(.status(status, title: nil)))
                case 408, 409, 425, 429, 500...599:
                    .later(Setback(words.sentence(.busy(status)), cause: HTTPTrouble.busy(status).cause))
                case 400...499: .blocked(words.sentence(.intercepted(status)))
                default: .refused(words.sentence(.foreign(status)))
                }
            #expect(verdict == expected, "status \(status)")
        }
    }

    /// The statuses after which an event is set aside, or a batch is halved.
    private func judging(_ body: String, type: String, asked: Int = 1) -> [Int] {
        (0...999).filter {
            let verdict = reader.verdict(on: reply($0, body, type: type), asked: (1...asked).map(eventID))
            return if case .unacceptable = verdict { true } else { false }
        }
    }

    @Test("sets an event aside only where the platform itself judged the content, by a problem document")
    func rejecting() {
        let document = #"{"title":"Bad event"}"#
        #expect(judging(document, type: "application/problem+json") == [400, 413, 415, 422])
        #expect(judging(document, type: "Application/Problem+JSON; charset=utf-8") == [400, 413, 415, 422])
        for (body, type) in [
            ("<html>blocked</html>", "text/html"), (document, "application/json"), ("", ""),
            ("<html></html>", "application/problem+json"), ("[]", "application/problem+json"),
        ] {
            #expect(judging(body, type: type) == [], "\(type): \(body)")
            // A smaller batch may pass, whoever says so.
            #expect(judging(body, type: type, asked: 2) == [413], "\(type): \(body)")
        }
    }

    @Test("counts only receipts that can be read, for ids that were asked, once each")
    func namedIds() {
        let body = receipts(
            """
            {"id":"\(eventID(9))","result":"accepted"},{"id":"\(first)","result":"accepted","ticket":"JQ-7"},
            {"id":"\(first)","result":"rejected","reason":"again"},{"id":"nonsense","result":"accepted"},
            {"result":"accepted"},{"id":"\(second)","result":"perhaps"},7,null,{"id":3,"result":[]}
            """, #","max_batch":50,"time":"2026-11-21T08:15:30+08:00""#)
        let expected = Verdict.receipts([Receipt(id: first, result: .accepted(ticket: "JQ-7"))], maxBatch: 50)
        #expect(reader.verdict(on: reply(200, body), asked: [first, second]) == expected)
        #expect(reader.verdict(on: reply(200, body), asked: [second]) == .silent(maxBatch: 50))
    }

    @Test("reads duplicate as accepted, and a rejection with its reason")
    func results() {
        let body = receipts(
            #"{"id":"\#(first)","result":"duplicate","ticket":7},"#
                + #"{"id":"\#(second)","result":"rejected","reason":"reroute:community"}"#, #","max_batch":"many""#)
        let expected: [Receipt] = [
            Receipt(id: first, result: .accepted(ticket: nil)),
            Receipt(id: second, result: .rejected(reason: "reroute:community")),
        ]
        #expect(reader.verdict(on: reply(200, body), asked: [first, second]) == .receipts(expected, maxBatch: nil))
    }

    @Test("cuts the platform's texts and leaves control characters out")
    func texts() {
        let ticket = String(repeating: "号", count: 1000)
        let body = receipts(#"{"id":"\#(first)","result":"accepted","ticket":"\u001b[2J\#(ticket)"}"#)
        guard case .receipts(let found, _) = reader.verdict(on: reply(200, body), asked: [first]),
            case .accepted(let kept?) = found.first?.result
        else {
            Issue.record("no receipt")
            return
        }
        #expect(kept == "[2J" + String(repeating: "号", count: PlatformAnswer.longestTicket - 3))
    }

    @Test(
        "holds what is no list of receipts for somebody else's answer",
        arguments: [
            "", "<html>Sign in</html>", "[]", "{}", "null", #"{"receipts":7}"#, #"{"receipts":null}"#,
            "{\"receipts\":[",
            #"{"ok":true}"#, String(repeating: "[", count: 100_000), "\u{feff}\u{0}",
        ])
    func foreign(body: String) {
        #expect(reader.verdict(on: reply(200, body), asked: [first]) == .refused(words.sentence(.foreign(200))))
    }

    @Test("gives the problem document's words as the reason")
    func problem() {
        let body = #"{"type":"about:blank","title":"Bad event","status":422,"detail":"subject is empty"}"#
        let verdict = reader.verdict(on: reply(422, body, type: "application/problem+json"), asked: [first])
        #expect(verdict == .unacceptable(reason: "HTTP 422: Bad event: subject is empty"))
        #expect(
            reader.verdict(on: reply(403, body), asked: [first])
                == .refused(words.sentence(.status(403, title: "Bad event"))))
    }

    @Test("does not take nginx's page about client certificates for a word on the content")
    func gateway() {
        let page = "<html><head><title>400 No required SSL certificate was sent</title></head></html>"
        #expect(
            reader.verdict(on: reply(400, page, type: "text/html"), asked: [first])
                == .refused(words.sentence(.gateway)))
        #expect(
            reader.verdict(on: reply(400, "<html>400</html>", type: "text/html"), asked: [first])
                == .blocked(words.sentence(.intercepted(400))))
    }

    @Test("honours Retry-After where the platform cannot now")
    func retryAfter() {
        for status in [408, 409, 425, 429, 500, 502, 503, 504] {
            let reply = Reply(status: status, retryAfter: .seconds(9))
            #expect(
                reader.verdict(on: reply, asked: [first])
                    == .later(
                        Setback(
                            words.sentence(.busy(status)), cause: HTTPTrouble.busy(status).cause, hold: .seconds(9))))
        }
    }

    @Test("keeps everything when there is no answer, and names what somebody has to mend")
    func failures() {
        for cause in [HTTPFailure.Cause.unresolved, .unreachable, .timedOut, .cutOff, .other] {
            let setback = Setback(words.sentence(.failure(cause)), cause: HTTPTrouble.failure(cause).cause)
            #expect(reader.verdict(on: HTTPFailure(cause: cause, detail: "")) == .later(setback))
        }
        let lasting: [HTTPFailure.Cause] = [
            .badURL, .tooLarge, .notHTTP, .untrusted(reason: "x"), .wrongHost, .notYetValid, .expired,
            .clientRefused(reason: "x"), .clientCredentials, .authorityFile, .tls(reason: "x"),
        ]
        for cause in lasting {
            let verdict = reader.verdict(on: HTTPFailure(cause: cause, detail: ""))
            #expect(verdict == .refused(words.sentence(.failure(cause))))
        }
    }

    @Test("tells what took too long from what something on the way cut off")
    func causes() {
        let cutOff: [HTTPTrouble] = [.busy(408), .busy(504), .failure(.cutOff)]
        #expect(cutOff.allSatisfy { $0.cause == .cutOff } && HTTPTrouble.failure(.timedOut).cause == .timedOut)
        let others = [409, 425, 429, 500, 502, 503].map { HTTPTrouble.busy($0) } + [.failure(.unreachable)]
        #expect(others.allSatisfy { $0.cause == .other })
    }

    @Test("says each cause in two languages, with the host, the same way each time")
    func sentences() {
        for status in 0...999 {
            guard case .refused(let sentence) = reader.verdict(on: reply(status), asked: [first]) else { continue }
            #expect(sentence.en.hasPrefix("county.example:8443: ") && sentence.zh.hasPrefix("county.example:8443："))
            #expect(reader.verdict(on: reply(status), asked: [first]) == .refused(sentence))
        }
        #expect(words.sentence(.failure(.wrongHost)).en.contains("another host"))
        #expect(words.sentence(.failure(.untrusted(reason: "x"))).en.contains("/etc/boothd/ca.pem"))
    }
}
