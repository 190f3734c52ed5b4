// SPDX-License-Identifier: Apache-2.0
import Crypto
import HTTPServer
import ReferencePlatform
import Synchronization
import TestSupport
import Testing

@Suite struct EventsTests {
    let folder = TemporaryFolder()
    let platform: ReferencePlatform

    init() throws {
        platform = try ReferencePlatform(database: folder.file("platform.sqlite"))
    }

    private func ticket(_ response: HTTPResponse) -> String {
        let parts = response.text.components(between: "\"ticket\":\"", and: "\"")
        return parts ?? "none"
    }

    @Test("gives a receipt with a ticket, the largest batch and the time")
    func receipt() throws {
        let response = platform.answer(Sample.post(Sample.incident(1)))
        #expect(response.status == 200)
        #expect(response.text.hasPrefix(#"{"receipts":[{"id":"\#(Sample.id(1))","result":"accepted","ticket":"JQ20"#))
        #expect(response.text.contains(#"-0001"}],"max_batch":50,"time":"20"#))
        #expect(try platform.counts() == ["cn.boothd.incident.raised.v1": 1])
        #expect(try platform.events().first?.body == Sample.incident(1))
    }

    @Test("one incident has one ticket, whatever comes of it; the community has a series of its own")
    func tickets() throws {
        let raised = ticket(platform.answer(Sample.post(Sample.incident(1))))
        let update = Sample.incident(2, type: "updated", count: 2, more: #""reason":"repeat","#)
        #expect(ticket(platform.answer(Sample.post(update))) == raised)
        let restored = Sample.incident(3, type: "restored", more: #""duration_s":1.5,"#)
        #expect(ticket(platform.answer(Sample.post(restored))) == raised)
        let letter = ticket(platform.answer(Sample.post(Sample.incident(4, incident: 1001, class: "community"))))
        #expect(letter.hasPrefix("SQ") && letter.hasSuffix("-0001"))
        let fault = ticket(platform.answer(Sample.post(Sample.incident(5, incident: 1002, class: "fault"))))
        #expect(fault.hasPrefix("JQ") && fault.hasSuffix("-0002"))
    }

    @Test("the same again is a duplicate with the same ticket, in whatever spelling; it is kept once")
    func duplicate() throws {
        let first = ticket(platform.answer(Sample.post(Sample.incident(1))))
        let again = platform.answer(Sample.post(Sample.incident(1)))
        #expect(again.text.contains(#""result":"duplicate","ticket":"\#(first)""#))
        let respelled = Sample.incident(1).replacing("\"count\":1", "\"count\" : 1")
        #expect(platform.answer(Sample.post(respelled)).text.contains("duplicate"))
        #expect(try platform.events().map(\.copies) == [3])
        #expect(try platform.conflicts() == 0)
    }

    @Test("a known id with another body is rejected and counted, and what was kept stays")
    func conflict() throws {
        _ = platform.answer(Sample.post(Sample.incident(1)))
        let other = platform.answer(Sample.post(Sample.incident(1, count: 2)))
        #expect(other.status == 200)
        #expect(other.text.contains(#""result":"rejected","reason":"conflict"#))
        #expect(try platform.conflicts() == 1)
        #expect(try platform.events().map(\.body) == [Sample.incident(1)])
    }

    @Test("a batch gets a receipt for each event, each kept as it was sent; a wrong one names its place")
    func batch() throws {
        let bodies = (1...50).map { Sample.incident($0, incident: 1000 + $0) }
        let response = platform.answer(Sample.post("[\(bodies.joined(separator: " ,\n"))]", batch: true))
        #expect(response.status == 200)
        #expect(response.text.split(separator: "accepted").count == 51)
        #expect(try platform.events().map(\.body) == bodies)
        let wrong = Sample.incident(52).replacing("\"priority\":1", "\"priority\":9")
        let refused = platform.answer(Sample.post("[\(Sample.incident(51)),\(wrong)]", batch: true))
        #expect(refused.status == 422)
        #expect(refused.text.contains("event 1 of the batch: data.priority must be 1 to 4"))
        #expect(try platform.events().count == 50)
        let tooMany = (60...110).map { Sample.incident($0) }.joined(separator: ",")
        #expect(platform.answer(Sample.post("[\(tooMany)]", batch: true)).status == 413)
    }

    @Test("checks the Idempotency-Key where there is one")
    func key() {
        let id = Sample.id(1)
        #expect(platform.answer(Sample.post(Sample.incident(1), key: "\"\(id)\"")).status == 200)
        #expect(platform.answer(Sample.post(Sample.incident(1), key: id)).status == 422)
        let digest = SHA256.hexadecimal(of: Array("\(id)\n\(Sample.id(2))".utf8)).prefix(32)
        let body = "[\(Sample.incident(1)),\(Sample.incident(2))]"
        #expect(platform.answer(Sample.post(body, batch: true, key: "\"\(digest)\"")).status == 200)
        #expect(platform.answer(Sample.post(body, batch: true, key: "\"\(id)\"")).status == 422)
    }

    @Test("keeps the last heartbeat of a booth, and answers it")
    func status() throws {
        #expect(platform.answer(Sample.post(Sample.status(1))).text.contains("accepted"))
        #expect(platform.answer(Sample.post(Sample.status(2))).text.contains("accepted"))
        #expect(try platform.statuses() == ["urn:booth:330225:B0001": Sample.status(2)])
        #expect(try platform.counts() == ["cn.boothd.status.v1": 2])
        #expect(try platform.events().isEmpty)
    }

    @Test("names what is missing from the sequence, for each generation")
    func gaps() throws {
        let second = Sample.incident(9).replacing(Sample.sequence(9), Sample.sequence(2, generation: 2))
        for body in [Sample.incident(6), Sample.incident(2), second, Sample.incident(5)] {
            #expect(platform.answer(Sample.post(body)).status == 200)
        }
        let gaps = try platform.gaps()
        #expect(gaps.map(\.generation) == ["000001", "000001", "000002"])
        #expect(gaps.map(\.counts) == [1...1, 3...4, 1...1])
    }

    @Test("what it received is there after a restart, tickets go on")
    func restart() throws {
        let first = ticket(platform.answer(Sample.post(Sample.incident(1))))
        let later = try ReferencePlatform(database: folder.file("platform.sqlite"))
        #expect(later.answer(Sample.post(Sample.incident(1))).text.contains(#""duplicate","ticket":"\#(first)""#))
        #expect(ticket(later.answer(Sample.post(Sample.incident(2, incident: 1001)))).hasSuffix("-0002"))
    }

    @Test("shows each event on a line of names and values")
    func lines() throws {
        let shown = Shown()
        let platform = try ReferencePlatform(database: folder.file("shown.sqlite"), show: { shown.add($0) })
        _ = platform.answer(Sample.post(Sample.incident(1)))
        _ = platform.answer(Sample.post(Sample.incident(1).replacing("\"help\"", "\"two words\"")))
        let words = shown.lines.map { $0.split(separator: " ").dropFirst() }
        let first = try #require(words.first)
        for word in [
            "result=accepted", "booth=B0001", "type=cn.boothd.incident.raised.v1", "subject=help-1", "category=help",
            "class=police", "priority=1", "count=1", "id=\(Sample.id(1))", "incident=\(Sample.id(1000))",
            "sequence=\(Sample.sequence(1))",
        ] {
            #expect(first.contains(Substring(word)))
        }
        #expect(shown.lines.last?.contains("result=rejected") == true)
        #expect(shown.lines.last?.contains("category=\"two words\"") == true)
    }
}

private final class Shown: Sendable {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }
    func add(_ line: String) { kept.withLock { $0.append(line) } }
}

extension String {
    /// This text with every `old` made `new`.
    func replacing(_ old: String, _ new: String) -> String {
        var result = ""
        var rest = self[...]
        while let place = rest.firstPlace(of: old) {
            result += rest[..<place.lowerBound] + new
            rest = rest[place.upperBound...]
        }
        return result + rest
    }

    func components(between start: String, and end: String) -> String? {
        guard let first = self[...].firstPlace(of: start) else { return nil }
        let rest = self[first.upperBound...]
        guard let last = rest.firstPlace(of: end) else { return nil }
        return String(rest[..<last.lowerBound])
    }
}

extension Substring {
    fileprivate func firstPlace(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
