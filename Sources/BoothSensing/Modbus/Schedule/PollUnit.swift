// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// The state of one unit in a bus's schedule.
struct PollUnit {
    let number: Int
    var state = UnitCounters.State.unknown
    var hasAnswered = false
    /// Polls in a row without a reading.
    var misses = 0
    /// For a lost unit: the time from one probe to the next.
    var interval = Duration.zero
    /// Until when a late answer may come, by its shape.
    private var owed: [AnswerShape: BootTime] = [:]
    /// Probes in a row with less than the response timeout.
    var shortProbes = 0
    /// A late answer came: the unit lives, but needs its whole response timeout.
    var isHeard = false
    /// Whether the unit refused a planned request, which was then split.
    var isSplit = false

    init(_ number: Int) { self.number = number }

    var isAnswering: Bool { state == .answering }
    var isLost: Bool { state == .silent }

    mutating func found() {
        state = .answering
        hasAnswered = true
        misses = 0
        interval = .zero
        shortProbes = 0
        isHeard = false
    }

    /// Until then `read` must not be made: a late answer to another request could be mistaken for its answer.
    func quietUntil(for read: ReadRequest) -> BootTime { owed[AnswerShape(read)] ?? BootTime(nanoseconds: 0) }

    /// `read` went unanswered; its answer may come until `instant`.
    mutating func owe(_ read: ReadRequest, until instant: BootTime, at now: BootTime) {
        owed = owed.filter { $0.value > now }
        if instant > now { owed[AnswerShape(read)] = max(instant, quietUntil(for: read)) }
    }
}

/// What the answer to a read looks like. It does not say which addresses it is of.
private struct AnswerShape: Hashable {
    let table: DataTable
    let bytes: Int

    init(_ read: ReadRequest) {
        table = read.table
        bytes = read.table.bytes(of: read.count)
    }
}

/// A request of the plan, and when it is due.
struct PollEntry {
    let request: PollRequest
    /// The unit's index in the schedule.
    let unit: Int
    let priority: Int
    /// The instant of the grid that the next poll belongs to.
    var grid: BootTime
    /// When the request is due: at its grid instant, or later if the unit was busy.
    var due: BootTime
    /// When it was last made.
    var asked = BootTime(nanoseconds: 0)
    var isMissing = false
    /// Polls in a row without an answer. Short probes may not count.
    var misses = 0
    /// If only this request is unanswered: the time from one probe to the next.
    var interval = Duration.zero
    /// From then on live requests may wait, so that this request gets its whole response timeout.
    var wholeBy: BootTime?
    /// Polls in a row that ended with a busy unit.
    var busyPolls = 0
    /// Polls in a row that the unit refused.
    var refusals = 0
    /// How often this poll was repeated because the unit was busy.
    var retries = 0

    init(_ request: PollRequest, unit: Int, due: BootTime) {
        self.request = request
        self.unit = unit
        priority = request.priority
        grid = due
        self.due = due
    }

    /// The request was answered, or its lost unit was found.
    mutating func found() {
        isMissing = false
        misses = 0
        interval = .zero
        wholeBy = nil
    }

    /// Moves to the next instant of the grid. Instants missed in a stall are skipped.
    mutating func moveOn() {
        grid = nextGrid
        due = grid
        retries = 0
    }

    /// The first grid instant after the request was made; its answer may take until then.
    var nextGrid: BootTime {
        let period = max(1, request.period.nanoseconds)
        let late = max(0, asked.nanoseconds - grid.nanoseconds)
        return grid + .nanoseconds((late / period + 1) * period)
    }

    /// Starts a new grid at `instant`.
    mutating func begin(at instant: BootTime) {
        grid = instant
        due = instant
        retries = 0
    }
}
