// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One thing that the booth says, as far as it can be foreseen.
enum Fact: Hashable {
    case raised(PointID?, DeviceID?, Category, test: Bool)
    case updated(EventID, UpdateReason)
    case restored(EventID)
    case closed(EventID)
    case record(PointID, PointState)
    case taskDone(TargetID, String)
    case dailyReport
    case loss
}

/// What an event says, read from the text that platforms get.
struct EventText {
    private(set) var type: EventType?
    private(set) var reason: String?
    private(set) var result: String?
    private(set) var step: Int?
    private(set) var state: String?
    private(set) var subject: String?
    private(set) var task: String?
    private(set) var target: String?

    /// The first member of each name counts.
    init(_ event: CloudEvent) {
        var json = event.json
        json.withUTF8 { bytes in
            var place = 0
            while place < bytes.count {
                guard bytes[place] == UInt8(ascii: "\"") else {
                    place += 1
                    continue
                }
                let begin = place + 1
                place = Self.end(of: bytes, from: begin)
                let end = place
                place += 1
                guard place < bytes.count, bytes[place] == UInt8(ascii: ":") else { continue }
                note(bytes, begin..<end, value: place + 1)
            }
        }
    }

    /// The quote that ends a string.
    private static func end(of bytes: UnsafeBufferPointer<UInt8>, from begin: Int) -> Int {
        var place = begin
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        return place
    }

    private mutating func note(_ bytes: UnsafeBufferPointer<UInt8>, _ name: Range<Int>, value: Int) {
        // Few names are that short and begin so: most are passed over without making a string.
        guard (4...7).contains(name.count), [0x74, 0x72, 0x73].contains(bytes[name.lowerBound]) else { return }
        func text() -> String? {
            guard value < bytes.count, bytes[value] == UInt8(ascii: "\"") else { return nil }
            return String(decoding: bytes[(value + 1)..<Self.end(of: bytes, from: value + 1)], as: UTF8.self)
        }
        switch String(decoding: bytes[name], as: UTF8.self) {
        case "type": if type == nil { type = text().flatMap(EventType.init) }
        case "reason": if reason == nil { reason = text() }
        case "result": if result == nil { result = text() }
        case "state": if state == nil { state = text() }
        case "subject": if subject == nil { subject = text() }
        case "task": if task == nil { task = text() }
        case "target": if target == nil { target = text() }
        case "step":
            let digits = bytes[value...].prefix { (48...57).contains($0) }
            if step == nil, !digits.isEmpty { step = digits.reduce(0) { $0 * 10 + Int($1 - 48) } }
        default: break
        }
    }
}
