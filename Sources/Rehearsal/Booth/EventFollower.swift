// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials

/// Reads the events of `boothctl --json events --follow`, each once, even across restarts of the agent.
package final class EventFollower {
    /// The members of a CloudEvent that rehearsals use.
    package struct Event: Decodable {
        /// The members of `data` that rehearsals use; nil if the event's type does not have them.
        package struct Content: Decodable {
            package var incident: EventID?
            package var category: String?
            package var count: Int?
            /// CLOCK_BOOTTIME of the agent's machine at the event.
            package var boottimeMilliseconds: Int64

            enum CodingKeys: String, CodingKey {
                case incident, category, count
                case boottimeMilliseconds = "boottime_ms"
            }
        }

        package var id: EventID
        package var type: EventType
        package var subject: String?
        /// Local civil time with offset; nil if the clock was not trusted.
        package var time: String?
        package var data: Content
    }

    private let control: ChildProcess
    /// Every event shown so far, in this run and earlier ones.
    package private(set) var seen: Set<EventID>

    /// - Parameters:
    ///   - control: a running `boothctl --json events --follow`.
    ///   - seen: what earlier runs showed.
    package init(control: ChildProcess, seen: Set<EventID> = []) {
        self.control = control
        self.seen = seen
    }

    /// Waits for a new event.
    ///
    /// - Parameter count: the incident's count; nil: any.
    /// - Throws: `RehearsalError` when it does not come in time, or `boothctl` ends.
    package func next(
        _ type: EventType, of subject: String, within limit: Duration = .seconds(20), count: Int? = nil
    ) throws -> Event {
        var found: Event?
        try control.line(on: .output, within: limit) { line in
            guard let event = parse(line), event.type == type, event.subject == subject else { return false }
            guard count == nil || event.data.count == count else { return false }
            found = event
            return true
        }
        guard let found else { throw RehearsalError("no \(type.rawValue) of \(subject)") }
        return found
    }

    /// Waits for `boothctl` to end, which it does when the agent is gone, and reads the rest of its output.
    ///
    /// - Throws: `RehearsalError` when it does not end in time.
    @discardableResult
    package func finish(within limit: Duration = .seconds(20)) throws -> ExitStatus {
        let status = try control.wait(within: limit)
        for line in control.lines where line.stream == .output { _ = parse(line.text) }
        return status
    }

    /// - Returns: the event of the line; nil if it was shown before.
    private func parse(_ line: String) -> Event? {
        guard let event = try? JSONDecoder().decode(Event.self, from: Data(line.utf8)) else { return nil }
        return seen.insert(event.id).inserted ? event : nil
    }
}
