// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import HTTPServer
import SQLite

// POST /v1/events: read, check, store, then give receipts.
extension PlatformService {
    func takeEvents(_ request: HTTPRequest) throws -> HTTPResponse {
        let isBatch = try Self.isBatch(request.header("content-type"))
        let parts = try Self.parts(of: request.body, isBatch: isBatch)
        guard parts.count <= Self.maxBatch else {
            throw RequestProblem(413, "batch too large", "send at most \(Self.maxBatch) events in one request")
        }
        let events = try Self.events(of: parts, isBatch: isBatch)
        try Self.check(key: request.header("idempotency-key"), of: events, isBatch: isBatch)
        let verdicts = try withStore { store throws(SQLiteError) in try store.keep(events) }
        for (event, verdict) in zip(events, verdicts) { show(Self.line(of: event, verdict)) }
        let receipts = Self.receipts(for: events, verdicts)
        guard manner.withLock({ $0.givesReceiptsLater }), !events.allSatisfy(\.isStatus),
            let booth = events.first?.booth
        else {
            let rest = "\"max_batch\":\(Self.maxBatch),\"time\":\"\(CivilTime.now().rfc3339)\"}"
            return Self.response(200, "\(receipts),\(rest)")
        }
        let id = EventID(key: wallMilliseconds() << 12, random: UInt64.random(in: 0...UInt64.max))
        try addTask("\(receipts),\"id\":\"\(id)\",\"kind\":\"receipt\"}", for: booth)
        return HTTPResponse(status: 202)
    }

    /// Whether the media type is a batch.
    private static func isBatch(_ contentType: String?) throws(RequestProblem) -> Bool {
        let parts = (contentType ?? "").lowercased().split(separator: ";").map { part in
            part.filter { $0 != " " && $0 != "\t" && $0 != "\"" }
        }
        let charset = parts.dropFirst().first { $0.hasPrefix("charset=") }
        guard charset == nil || charset == "charset=utf-8" else {
            throw RequestProblem(415, "unsupported media type", "the only charset is UTF-8")
        }
        switch parts.first {
        case "application/cloudevents+json": return false
        case "application/cloudevents-batch+json": return true
        default:
            throw RequestProblem(
                415, "unsupported media type",
                "send application/cloudevents+json, or application/cloudevents-batch+json for an array")
        }
    }

    private static func parts(
        of body: [UInt8], isBatch: Bool
    ) throws(RequestProblem) -> [(value: JSON, bytes: [UInt8])] {
        let document: JSONDocument
        do throws(JSONDocument.Problem) { document = try JSONDocument(body) } catch {
            throw RequestProblem(400, "not JSON", error.reason)
        }
        guard isBatch else { return [(document.value, body)] }
        guard let elements = document.elements else { throw RequestProblem(400, "no batch", "an array is wanted") }
        return elements
    }

    private static func events(
        of parts: [(value: JSON, bytes: [UInt8])], isBatch: Bool
    ) throws(RequestProblem) -> [IncomingEvent] {
        var events: [IncomingEvent] = []
        for (position, part) in parts.enumerated() {
            do throws(EventProblem) {
                events.append(try IncomingEvent(part.value, bytes: part.bytes))
            } catch {
                let place = isBatch ? "event \(position) of the batch: " : ""
                throw RequestProblem(422, "not an event of a booth", place + error.reason)
            }
        }
        return events
    }

    /// Checks the `Idempotency-Key`, if there is one: the id, or a digest of the ids of the batch, in quotes.
    private static func check(key: String?, of events: [IncomingEvent], isBatch: Bool) throws(RequestProblem) {
        guard let key else { return }
        let ids = events.map(\.id.description).joined(separator: "\n")
        let wanted = isBatch ? String(SHA256.hexadecimal(of: Array(ids.utf8)).prefix(32)) : ids
        guard key == "\"\(wanted)\"" else {
            throw RequestProblem(422, "wrong Idempotency-Key", "of these events it is \"\(wanted)\", not \(key)")
        }
    }

    /// The beginning of a JSON object with the receipts; the caller adds more members and the end.
    private static func receipts(for events: [IncomingEvent], _ verdicts: [Verdict]) -> String {
        let receipts = zip(events, verdicts).map { event, verdict in
            var receipt = "{\"id\":\"\(event.id)\",\"result\":\"\(verdict.result)\""
            if let ticket = verdict.ticket { receipt += ",\"ticket\":\(JSONText.encode(ticket))" }
            if let reason = verdict.reason { receipt += ",\"reason\":\(JSONText.encode(reason))" }
            return receipt + "}"
        }
        return "{\"receipts\":[\(receipts.joined(separator: ","))]"
    }

    private static func response(_ status: Int, _ json: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [HTTPField("Content-Type", "application/json")], body: Array(json.utf8))
    }

    /// One line for people and programs: the time, then `name=value`, quoted as in JSON if needed.
    private static func line(of event: IncomingEvent, _ verdict: Verdict) -> String {
        var fields: [(String, String?)] = [
            ("result", verdict.result), ("booth", event.booth), ("type", event.type), ("subject", event.subject),
        ]
        if let incident = event.incident {
            fields += [
                ("category", incident.category), ("class", incident.incidentClass.rawValue),
                ("priority", String(incident.priority)), ("count", String(incident.count)),
            ]
        }
        fields += [
            ("ticket", verdict.ticket), ("id", event.id.description), ("incident", event.incident?.id.description),
            ("sequence", event.sequence),
        ]
        if let answer = event.answer {
            fields += [("task", answer.task), ("answer", answer.result.rawValue), ("why", answer.reason)]
        }
        fields += [("outcome", event.incident?.closing?.outcome), ("by", event.incident?.closing?.by)]
        fields.append(("reason", verdict.reason ?? event.incident?.reason?.rawValue))
        let words = fields.compactMap { name, value in value.map { "\(name)=\(word($0))" } }
        return "\(CivilTime.now().rfc3339) \(words.joined(separator: " "))"
    }

    private static func word(_ text: String) -> String {
        let isPlain =
            !text.isEmpty && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0.value != 0x7F }
        return isPlain ? text : JSONText.encode(text)
    }
}
