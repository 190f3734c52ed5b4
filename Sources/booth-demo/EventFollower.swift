// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials
import Rehearsal

/// What `boothctl events --follow` shows, event by event, each once even across restarts of the agent.
final class EventFollower {
    /// The parts of a CloudEvent that the demo speaks of.
    struct Event: Decodable {
        struct Content: Decodable {
            var incident: EventID?
            var category: String?
            var count: Int?
            var boottimeMilliseconds: Int64

            enum CodingKeys: String, CodingKey {
                case incident, category, count
                case boottimeMilliseconds = "boottime_ms"
            }
        }

        var id: EventID
        var type: EventType
        var subject: String?
        var data: Content
    }

    private let control: ChildProcess
    /// Every event shown so far, this run and those before.
    private(set) var seen: Set<EventID>

    init(control: ChildProcess, seen: Set<EventID>) throws {
        self.control = control
        self.seen = seen
    }

    /// Waits for an event that was not shown before.
    func next(
        _ type: EventType, of subject: String, within limit: Duration = .seconds(20), count: Int? = nil
    ) throws -> Event {
        var found: Event?
        try control.line(on: .standardOutput, within: limit) { line in
            guard let event = try? JSONDecoder().decode(Event.self, from: Data(line.utf8)) else { return false }
            guard seen.insert(event.id).inserted, event.type == type, event.subject == subject else { return false }
            guard count == nil || event.data.count == count else { return false }
            found = event
            return true
        }
        guard let found else { throw RehearsalError("no \(type.rawValue) of \(subject)") }
        return found
    }
}
