// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Reads one task. An error concerns only this task; the other tasks count.
extension ReceivedTask {
    /// The most Unicode scalars of an id.
    package static let longestID = 128
    /// The most Unicode scalars of a ticket.
    package static let longestTicket = 256
    /// The most Unicode scalars of a note.
    package static let longestNote = 1000

    /// Reads any JSON value.
    init(from decoder: any Decoder) {
        guard let object = try? decoder.container(keyedBy: TaskFields.Key.self) else {
            self = .task(PlatformTask(id: "", kind: "", order: .malformed("a task must be an object")))
            return
        }
        self.init(TaskFields(object))
    }

    private init(_ fields: TaskFields) {
        let id = Result { () throws(MalformedTask) in try Self.id(in: fields) }
        let kind = Result { () throws(MalformedTask) in try Self.kind(in: fields) }
        // A receipt is a fact, not an order. So it counts even without an id, and even after it expired.
        if case .success("receipt") = kind, let receipts = try? fields.receipts() {
            self = .receipts(receipts)
            return
        }
        var task = PlatformTask(id: (try? id.get()) ?? "", kind: (try? kind.get()) ?? "", order: .test)
        do throws(MalformedTask) {
            _ = try id.get()
            task.order = try Self.order(kind.get(), fields)
            task.expires = try fields.instant(.expires)
        } catch {
            task.order = .malformed(error.reason)
        }
        self = .task(task)
    }

    private static func id(in fields: TaskFields) throws(MalformedTask) -> String {
        guard let id = try fields.text(.id, longest: longestID) else { throw MalformedTask("id is missing") }
        return id
    }

    private static func kind(in fields: TaskFields) throws(MalformedTask) -> String {
        guard let kind = try fields.text(.kind, longest: 64) else { throw MalformedTask("kind is missing") }
        return kind
    }

    private static func order(_ kind: String, _ fields: TaskFields) throws(MalformedTask) -> PlatformTask.Order {
        switch kind {
        case "incident":
            let states: [IncidentState] = [.raised, .accepted, .dispatched, .handled, .closed]
            return .incident(
                try fields.incident(), state: try fields.word(.state, states),
                ticket: try fields.text(.ticket, longest: longestTicket),
                note: try fields.lines(.note, longest: longestNote))
        case "reroute": return .reroute(try fields.incident(), try fields.word(.class, IncidentClass.allCases))
        case "arm": return .arm(until: try fields.instant(.until))
        case "disarm": return .disarm(until: try fields.instant(.until))
        case "output": return try output(fields)
        case "test": return .test
        case "receipt": throw MalformedTask("receipts must be a list")
        default: return .unknownKind
        }
    }

    private static func output(_ fields: TaskFields) throws(MalformedTask) -> PlatformTask.Order {
        guard let output = try fields.text(.output, longest: 128) else { throw MalformedTask("output is missing") }
        return .output(output, isOn: try fields.flag(.on), span: try fields.span(.span))
    }
}
