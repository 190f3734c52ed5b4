// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension IncomingEvent {
    /// Checks a CloudEvent (CloudEvents 1.0.2, JSON format 1.0.2), and the booths' own rules.
    ///
    /// - Throws: `EventProblem` with the first thing that is wrong.
    init(_ json: JSON, bytes: [UInt8]) throws(EventProblem) {
        let attributes = try Attributes(json)
        guard attributes.text("specversion") == "1.0" else { throw EventProblem("specversion must be \"1.0\"") }
        guard let id = EventID(try attributes.required("id")) else { throw EventProblem("id must be a UUIDv7") }
        let source = try attributes.required("source")
        let type = try attributes.required("type")
        guard type != EventType.record.rawValue else {
            throw EventProblem("\(type) stays in the booth and is not sent")
        }
        if let content = attributes.text("datacontenttype"), content != "application/json" {
            throw EventProblem("datacontenttype must be application/json")
        }
        if let time = attributes.text("time"), WallTime(rfc3339: time) == nil {
            throw EventProblem("time must be RFC 3339 with an offset")
        }
        let data = try DataFields(json["data"])
        let booth = try data.checkBooth(source: source, hasTime: attributes.text("time") != nil)

        self.id = id
        self.source = source
        self.type = type
        subject = attributes.text("subject")
        time = attributes.text("time")
        sequence = try Self.sequence(attributes, of: type)
        self.booth = booth
        incident = type.hasPrefix(Self.incidentTypes) ? try data.incident(of: type) : nil
        answer = type == EventType.taskDone.rawValue ? try data.taskAnswer() : nil
        self.bytes = bytes
        self.json = json
    }

    private static func sequence(_ attributes: Attributes, of type: String) throws(EventProblem) -> String? {
        let sequence = attributes.text("sequence")
        if type == EventType.status.rawValue {
            guard sequence == nil else { throw EventProblem("a status is never queued and has no sequence") }
            return nil
        }
        guard let sequence, sequence.utf8.count == 20, sequence.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw EventProblem("sequence must be 20 digits: the generation (6) and a count (14)")
        }
        return sequence
    }
}

/// The context attributes of a CloudEvent: all members except `data`.
private struct Attributes {
    private let members: [String: JSON]

    init(_ json: JSON) throws(EventProblem) {
        guard case .object(let members) = json else { throw EventProblem("an event is a JSON object") }
        guard members["data_base64"] == nil else { throw EventProblem("data must be JSON, not data_base64") }
        for (name, value) in members where name != "data" {
            guard !name.isEmpty, name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) }) else {
                throw EventProblem("an attribute's name has only a-z and 0-9: \(JSONText.encode(name))")
            }
            try Self.check(value, of: name)
        }
        self.members = members
    }

    private static func check(_ value: JSON, of name: String) throws(EventProblem) {
        switch value {
        case .null, .bool: return
        case .integer(let number):
            guard Int32(exactly: number) != nil else { throw EventProblem("\(name) is beyond 32 bits") }
        case .string(let text):
            guard !text.isEmpty else { throw EventProblem("\(name) is empty") }
            let isClean = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
            guard isClean else { throw EventProblem("\(name) holds a control character") }
        case .number, .array, .object: throw EventProblem("\(name) must be a string, an integer or a boolean")
        }
    }

    func text(_ name: String) -> String? { members[name]?.string }

    func required(_ name: String) throws(EventProblem) -> String {
        guard let text = text(name) else { throw EventProblem("\(name) is required, a string") }
        return text
    }
}

/// The members of an event's `data`.
private struct DataFields {
    private let data: JSON

    init(_ json: JSON?) throws(EventProblem) {
        guard let json, case .object = json else { throw EventProblem("data is required, an object") }
        data = json
    }

    /// Checks the fields that every event of a booth has.
    ///
    /// - Returns: the booth's code.
    func checkBooth(source: String, hasTime: Bool) throws(EventProblem) -> String {
        let booth = try text("booth")
        _ = try text("name")
        let county = try text("county")
        _ = try text("grid")
        _ = try text("address")
        try number("longitude", within: -180...180)
        try number("latitude", within: -90...90)
        if data["site"] != nil { _ = try word("site", of: Booth.Site.allCases.map(\.rawValue)) }
        _ = try text("boot_id")
        guard let uptime = data["boottime_ms"]?.integer, uptime >= 0 else {
            throw EventProblem("data.boottime_ms must be an integer from 0")
        }
        guard source == "urn:booth:\(county):\(booth)" else {
            throw EventProblem("source must be urn:booth:COUNTY:CODE of the data, urn:booth:\(county):\(booth)")
        }
        let clock = try word("clock", of: ["synced", "holdover", "unsynced"])
        guard hasTime == (clock != "unsynced") else {
            throw EventProblem("time is absent where the clock is unsynced, and only there")
        }
        return booth
    }

    /// Checks the further fields of an incident's event.
    func incident(of type: String) throws(EventProblem) -> IncomingEvent.IncidentFields {
        guard let id = EventID(try text("incident")) else { throw EventProblem("data.incident must be a UUIDv7") }
        let named = try word("class", of: IncidentClass.allCases.map(\.rawValue))
        guard let incidentClass = IncidentClass(rawValue: named) else { throw EventProblem("data.class is unknown") }
        guard let priority = data["priority"]?.integer, (1...4).contains(priority) else {
            throw EventProblem("data.priority must be 1 to 4")
        }
        guard let count = data["count"]?.integer, count >= 1 else {
            throw EventProblem("data.count must be an integer from 1")
        }
        let state = try word("state", of: ["raised", "accepted", "dispatched", "handled", "closed"])
        guard let isTest = data["test"]?.bool else { throw EventProblem("data.test must be true or false") }
        var fields = IncomingEvent.IncidentFields(
            id: id, category: try text("category"), incidentClass: incidentClass, priority: priority, count: count,
            state: IncidentState(rawValue: state) ?? .raised, isTest: isTest)
        try checkOwn(of: type, &fields)
        return fields
    }

    /// Reads the fields that only this type has.
    private func checkOwn(of type: String, _ fields: inout IncomingEvent.IncidentFields) throws(EventProblem) {
        switch EventType(rawValue: type) {
        case .incidentUpdated:
            let reasons: [UpdateReason] = [
                .repeat, .escalated, .accepted, .dispatched, .handled, .reclassified, .acknowledged,
            ]
            fields.reason = UpdateReason(rawValue: try word("reason", of: reasons.map(\.rawValue)))
            if let step = data["step"], (step.integer ?? -1) < 0 {
                throw EventProblem("data.step must be an integer from 0")
            }
            if data["by"] != nil { _ = try text("by") }
        case .incidentRestored: try number("duration_s", within: 0...Double.greatestFiniteMagnitude)
        case .incidentClosed:
            guard fields.state == .closed else { throw EventProblem("data.state of what was closed must be closed") }
            fields.closing = (try text("outcome"), try text("by"))
        default: return
        }
    }

    /// Checks the further fields of a `task.done` event.
    func taskAnswer() throws(EventProblem) -> IncomingEvent.TaskAnswer {
        guard let result = TaskRecord.Result(rawValue: try word("result", of: ["done", "refused"])) else {
            throw EventProblem("data.result is unknown")
        }
        // A task that could not be read may have had no id; the reason tells this to the sender.
        let task = result == .done ? try text("task") : data["task"]?.string
        guard let task else { throw EventProblem("data.task is required, a string") }
        return IncomingEvent.TaskAnswer(
            task: task, result: result, reason: result == .refused ? try text("reason") : nil)
    }

    private func text(_ name: String) throws(EventProblem) -> String {
        guard let text = data[name]?.string, !text.isEmpty else {
            throw EventProblem("data.\(name) is required, a string that is not empty")
        }
        return text
    }

    private func word(_ name: String, of words: [String]) throws(EventProblem) -> String {
        guard let word = data[name]?.string, words.contains(word) else {
            throw EventProblem("data.\(name) must be one of \(words.joined(separator: ", "))")
        }
        return word
    }

    private func number(_ name: String, within range: ClosedRange<Double>) throws(EventProblem) {
        guard let number = data[name]?.number, range.contains(number) else {
            throw EventProblem("data.\(name) is required, a number in its range")
        }
    }
}
