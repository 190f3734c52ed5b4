// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// The platform's record of one incident.
struct Case {
    /// Counted from 1 in the order of arrival; 0 before it is stored.
    var number: Int64
    var incident: String
    var booth: String
    var incidentClass: String
    var priority: Int64
    var count: Int64
    private(set) var state: IncidentState
    var ticket: String?
    /// The class to which it was handed over; nil: it is this platform's.
    var handed: String?
    private(set) var outcome: String?
    /// Who closed it.
    private(set) var by: String?

    static let select = """
        SELECT number, incident, booth, class, priority, count, state, ticket, handed, outcome, by FROM incident
        """

    /// Reads a row of `select`.
    init(_ row: Statement) {
        number = row.integer(at: 0)
        incident = row.text(at: 1)
        booth = row.text(at: 2)
        incidentClass = row.text(at: 3)
        priority = row.integer(at: 4)
        count = row.integer(at: 5)
        state = IncidentState(rawValue: row.text(at: 6)) ?? .raised
        ticket = row.optionalText(at: 7)
        handed = row.optionalText(at: 8)
        outcome = row.optionalText(at: 9)
        by = row.optionalText(at: 10)
    }

    /// Opens a case from its first event.
    init(_ event: IncomingEvent, _ fields: IncomingEvent.IncidentFields) {
        number = 0
        incident = fields.id.description
        booth = event.booth
        incidentClass = fields.incidentClass.rawValue
        priority = fields.priority
        count = fields.count
        state = .raised
    }

    /// Moves to a later state; never back.
    mutating func advance(to other: IncidentState) {
        if other.stage > state.stage { state = other }
    }

    /// Starts again from `raised`, because it came back from another platform.
    mutating func beginAnew() {
        (state, handed) = (.raised, nil)
    }

    /// The case after a dispatcher's act; `words` are its ticket or its outcome.
    ///
    /// - Returns: nil if it would go back, or is closed.
    func after(_ act: IncidentState, _ words: String?) -> Case? {
        guard state != .closed, act.stage >= state.stage else { return nil }
        var changed = self
        if act == .accepted, let words { changed.ticket = words }
        if act == .closed { changed.close(words ?? "", by: "dispatcher") } else { changed.advance(to: act) }
        return changed
    }

    mutating func close(_ words: String, by actor: String) {
        (state, outcome, by) = (.closed, words, actor)
    }
}

extension IncidentState {
    /// The states in the order in which an incident passes them.
    private static let stages: [IncidentState] = [.raised, .accepted, .dispatched, .handled, .closed]

    /// The state's index in this order, 0...4.
    var stage: Int { Self.stages.firstIndex(of: self) ?? 0 }
}
