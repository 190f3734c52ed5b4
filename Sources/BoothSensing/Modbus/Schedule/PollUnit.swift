// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// What the schedule of a bus knows of one of its units.
struct PollUnit {
    let number: Int
    var state = UnitCounters.State.unknown
    /// Whether it ever answered.
    var hasAnswered = false
    /// Polls without a reading, in a row.
    var misses = 0
    /// Of a lost unit: from one probe to the next.
    var interval = Duration.zero
    /// Until when answers may still come to what was asked before, by what they would look like.
    private var owed: [AnswerShape: BootTime] = [:]
    /// Probes in a row that were given less than the response timeout.
    var shortProbes = 0
    /// A late answer of it came: it lives, and wants its whole response timeout.
    var isHeard = false
    /// Whether a request of the plan was split for what the unit refused.
    var isSplit = false

    init(_ number: Int) { self.number = number }

    var isAnswering: Bool { state == .answering }
    var isLost: Bool { state == .silent }

    /// It answered.
    mutating func found() {
        state = .answering
        hasAnswered = true
        misses = 0
        interval = .zero
        shortProbes = 0
        isHeard = false
    }

    /// Nothing that is answered like `read` may be asked before: the answer could be another request's.
    func quietUntil(for read: ReadRequest) -> BootTime { owed[AnswerShape(read)] ?? BootTime(nanoseconds: 0) }

    /// `read` went without an answer, and one may come until `instant`.
    mutating func owe(_ read: ReadRequest, until instant: BootTime, at now: BootTime) {
        owed = owed.filter { $0.value > now }
        if instant > now { owed[AnswerShape(read)] = max(instant, quietUntil(for: read)) }
    }
}

/// What the answer to a read looks like: which addresses it is of, it does not say.
private struct AnswerShape: Hashable {
    let table: DataTable
    let bytes: Int

    init(_ read: ReadRequest) {
        table = read.table
        bytes = read.table.bytes(of: read.count)
    }
}

/// A request of the plan, and when it is made.
struct PollEntry {
    let request: PollRequest
    /// Where the unit is among those of the schedule.
    let unit: Int
    let priority: Int
    /// The instant of the request's grid that the next poll is for.
    var grid: BootTime
    /// When it is made: at its grid's instant, or later where the unit was busy.
    var due: BootTime
    /// When it was last made.
    var asked = BootTime(nanoseconds: 0)
    /// Whether its last poll brought no answer.
    var isMissing = false
    /// Polls without an answer, in a row; those cut short may not count.
    var misses = 0
    /// Of a request without an answer from a unit that has one for others: from one probe to the next.
    var interval = Duration.zero
    /// From then on live units may be made to wait, so that it gets its whole response timeout.
    var wholeBy: BootTime?
    /// Polls that ended with a busy unit, in a row.
    var busyPolls = 0
    /// Polls in a row that were refused.
    var refusals = 0
    /// How often it was made again in this poll, for the unit was busy.
    var retries = 0

    init(_ request: PollRequest, unit: Int, due: BootTime) {
        self.request = request
        self.unit = unit
        priority = request.priority
        grid = due
        self.due = due
    }

    /// It was answered, or its unit was found after it was lost.
    mutating func found() {
        isMissing = false
        misses = 0
        interval = .zero
        wholeBy = nil
    }

    /// To the next instant of the grid: what a stall skipped is not made up for.
    mutating func moveOn() {
        grid = nextGrid
        due = grid
        retries = 0
    }

    /// The first instant of the grid after the request was made: its answer may take until then.
    var nextGrid: BootTime {
        let period = max(1, request.period.nanoseconds)
        let late = max(0, asked.nanoseconds - grid.nanoseconds)
        return grid + .nanoseconds((late / period + 1) * period)
    }

    /// A new grid from `instant` on.
    mutating func begin(at instant: BootTime) {
        grid = instant
        due = instant
        retries = 0
    }
}
