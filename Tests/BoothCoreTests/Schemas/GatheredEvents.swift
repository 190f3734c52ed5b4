// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport

@testable import BoothCore

/// Events as JSON, one of each shape: the same members, and the same words where a member is one of few words.
struct GatheredEvents {
    private(set) var lines: [String] = []
    private(set) var types: Set<EventType> = []
    private(set) var reasons: Set<UpdateReason> = []
    private(set) var states: Set<IncidentState> = []
    private(set) var refusals: Set<String> = []
    private var shapes: Set<[String]> = []

    /// Members with few words.
    private static let words: Set<String> = [
        "category", "class", "priority", "state", "reason", "result", "clock", "test", "site", "kind", "delivery",
    ]

    private static let booth = Booth(
        code: "B0001", name: "第三警务室", county: "330225", grid: "330225001002", address: "A1", longitude: 121.87,
        latitude: 29.48)

    mutating func add(_ events: [BoothEvent]) throws {
        for event in events { try add(event) }
    }

    private mutating func add(_ event: BoothEvent) throws {
        var event = event
        // A kernel's id has 32 digits; the tests of the rules call theirs boot-1.
        if event.moment.bootID.hasPrefix("boot-") { event.moment.bootID = Made.boot }
        types.insert(event.type)
        if case .updated(_, let reason) = event.content { reasons.insert(reason) }
        if case .taskDone(let record) = event.content, let reason = record.reason {
            refusals.insert(String(reason.prefix { $0 != ":" }))
        }
        if let incident = event.incident { states.insert(incident.state) }
        var booth = Self.booth
        booth.site = Booth.Site.allCases[lines.count % Booth.Site.allCases.count]
        if lines.count % 3 == 0 { booth.site = nil }
        let json = CloudEvent(event, from: booth)
        try add(event.type == .record ? json.json : json.json(withSequence: "00000100000000000041"))
    }

    /// - Parameter json: a status as the core sends it.
    mutating func add(status json: String) throws {
        types.insert(.status)
        try add(json)
    }

    private mutating func add(_ json: String) throws {
        let value = try JSONValue(json)
        var shape: Set<String> = [value["type"]?.string ?? ""]
        Self.describe(value, at: "", in: &shape)
        if shapes.insert(shape.sorted()).inserted { lines.append(json) }
    }

    private static func describe(_ value: JSONValue, at path: String, in shape: inout Set<String>) {
        switch value {
        case .object(let members):
            for (name, member) in members {
                // Where it stands is no matter of the words: they are another event's data.
                let isWord = words.contains(name) && member.elements == nil
                shape.insert(isWord ? "\(path).\(name)=\(word(member))" : "\(path).\(name)")
                describe(member, at: "\(path).\(name)", in: &shape)
            }
        case .array(let elements): for element in elements { describe(element, at: path + "[]", in: &shape) }
        case .null, .bool, .integer, .number, .string: break
        }
    }

    /// A refusal's details are no part of its code.
    private static func word(_ value: JSONValue) -> String {
        value.string.map { String($0.prefix { $0 != ":" }) } ?? "\(value)"
    }
}
