// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import SQLite
import Synchronization

/// The platform's dispatcher: handles incidents and gives tasks to booths, line by line.
final class Dispatcher: Sendable {
    private let service: PlatformService
    private let desk = Mutex(Desk())

    private struct Desk {
        var booth: String?
        var validity: Int64? = 3_600_000
        var ids = EventIDGenerator(after: 0)
    }

    init(_ service: PlatformService) {
        self.service = service
    }

    /// Carries out a line.
    ///
    /// - Returns: what to print; nil for an empty line.
    /// - Throws: `DispatcherLineError` or `SQLiteError`; nothing was changed then.
    func command(_ line: String) throws -> String? {
        guard let line = try DispatcherLine(line) else { return nil }
        return try desk.withLock { desk in try carryOut(line, &desk) }
    }

    private func carryOut(_ line: DispatcherLine, _ desk: inout Desk) throws -> String {
        switch line {
        case .act(let state, let incident, let words): return try act(state, on: incident, words, &desk)
        case .reroute(let incident, let other): return try reroute(incident, to: other, &desk)
        case .arm(let until):
            return try give("arm", [("until", try until.map(Self.time))], for: boothOfTasks(desk), &desk)
        case .disarm(let until):
            return try give("disarm", [("until", try until.map(Self.time))], for: boothOfTasks(desk), &desk)
        case .output(let name, let isOn, let span):
            let fields = [
                ("output", JSONText.encode(name)), ("on", isOn ? "true" : "false"), ("for", span.map(JSONText.encode)),
            ]
            return try give("output", fields, for: boothOfTasks(desk), &desk)
        case .test: return try give("test", [], for: boothOfTasks(desk), &desk)
        case .raw(let body): return try post(body, for: boothOfTasks(desk))
        case .booth(let code):
            desk.booth = code
            return "booth code=\(code)"
        case .expires(let validity):
            desk.validity = validity
            return "expires \(validity.map { "ms=\($0)" } ?? "never")"
        default: return try service.behave(line)
        }
    }

    // MARK: Incidents

    private func act(
        _ state: IncidentState, on name: String, _ words: String?, _ desk: inout Desk
    ) throws -> String {
        let now = CivilTime.now()
        // One transaction, so that the case does not change between reading and writing it.
        let acted = try service.withStore { store throws(SQLiteError) in
            try store.together { () throws(SQLiteError) -> Result<(Case, String), DispatcherLineError> in
                guard let found = try store.cases.find(named: name) else { return .failure(Self.unknown(name)) }
                if state == .accepted, let words, words != found.ticket, try store.cases.isTaken(words) {
                    return .failure(DispatcherLineError("another case has the ticket “\(words)”", "choose another"))
                }
                guard let changed = found.after(state, words) else { return .failure(Self.backwards(found)) }
                let task = Self.task("incident", Self.fields(of: changed, state, words), &desk)
                try store.cases.keep(changed, at: now)
                try store.addTask(task.body, for: changed.booth)
                return .success((changed, task.words))
            }
        }
        let (changed, printed) = try acted.get()
        service.bell.ring()
        return "\(printed) booth=\(changed.booth) incident=\(changed.incident) state=\(state.rawValue)"
    }

    private static func fields(
        of changed: Case, _ state: IncidentState, _ words: String?
    ) -> [(String, String?)] {
        [
            ("incident", JSONText.encode(changed.incident)), ("state", JSONText.encode(state.rawValue)),
            ("ticket", changed.ticket.map(JSONText.encode)),
            ("note", state == .accepted ? nil : words.map(JSONText.encode)),
        ]
    }

    private static func unknown(_ name: String) -> DispatcherLineError {
        DispatcherLineError(
            name == "last" ? "no incident has come in" : "no case has the ticket or incident id “\(name)”",
            "the table incident has them all")
    }

    private static func backwards(_ found: Case) -> DispatcherLineError {
        DispatcherLineError(
            "incident \(found.incident) is \(found.state.rawValue) already", "a task line sends it all the same")
    }

    private func reroute(_ name: String, to other: IncidentClass, _ desk: inout Desk) throws -> String {
        let known = try service.withStore { store throws(SQLiteError) in try store.cases.find(named: name) }
        guard let found = known else { throw Self.unknown(name) }
        let fields = [("incident", JSONText.encode(found.incident)), ("class", JSONText.encode(other.rawValue))]
        let line = try give("reroute", fields, for: found.booth, &desk)
        return "\(line) incident=\(found.incident) class=\(other.rawValue)"
    }

    // MARK: Tasks

    /// The booth for tasks that belong to no incident.
    private func boothOfTasks(_ desk: Desk) throws -> String {
        if let booth = desk.booth { return booth }
        let known = try service.withStore { store throws(SQLiteError) in try store.booths() }
        guard let first = known.first else {
            throw DispatcherLineError("no booth has reported yet", "booth CODE names one")
        }
        guard known.count == 1 else {
            throw DispatcherLineError("booths \(known.joined(separator: ", ")) report", "booth CODE names one of them")
        }
        return first
    }

    private func give(
        _ kind: String, _ fields: [(String, String?)], for booth: String, _ desk: inout Desk
    ) throws -> String {
        let task = Self.task(kind, fields, &desk)
        try service.addTask(task.body, for: booth)
        return "\(task.words) booth=\(booth)"
    }

    private func post(_ body: String, for booth: String) throws -> String {
        try service.addTask(body, for: booth)
        let id = JSONText.member("id", of: body) ?? "-"
        let kind = JSONText.member("kind", of: body) ?? "-"
        return "task id=\(id.unquoted) kind=\(kind.unquoted) booth=\(booth)"
    }

    /// Makes a task with a new id, and the words to print.
    private static func task(
        _ kind: String, _ fields: [(String, String?)], _ desk: inout Desk
    ) -> (body: String, words: String) {
        let now = wallMilliseconds()
        let id = desk.ids.next(wallMilliseconds: now).description
        var members = [("id", JSONText.encode(id)), ("kind", JSONText.encode(kind))]
        if let validity = desk.validity {
            let expires = CivilTime(wallMilliseconds: now + validity).rfc3339
            members.append(("expires", JSONText.encode(expires)))
        }
        members += fields.compactMap { name, value in value.map { (name, $0) } }
        let body = members.map { "\"\($0)\":\($1)" }.joined(separator: ",")
        return ("{\(body)}", "task id=\(id) kind=\(kind)")
    }

    /// A time for a task, in JSON: RFC 3339 unchanged, or a span from now.
    private static func time(_ text: String) throws(DispatcherLineError) -> String {
        if let span = Duration(notation: text) {
            return JSONText.encode(CivilTime(wallMilliseconds: wallMilliseconds() + span.milliseconds).rfc3339)
        }
        guard WallTime(rfc3339: text) != nil else {
            throw DispatcherLineError("“\(text)” is no time", "RFC 3339 with an offset, or a span from now such as 2h")
        }
        return JSONText.encode(text)
    }
}

/// The wall clock, in milliseconds since 1970.
func wallMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}

extension String {
    fileprivate var unquoted: String { count > 1 && hasPrefix("\"") ? String(dropFirst().dropLast()) : self }
}
