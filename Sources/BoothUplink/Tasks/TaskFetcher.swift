// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Decides when a target is asked for tasks, and what follows from its answers. One request at a time. Told the time;
/// knows no transport, never waits and executes nothing.
struct TaskFetcher {
    /// How often a missing task channel is looked for, if the target need not have one.
    static let absence = Duration.seconds(3600)

    private let target: TargetConfiguration
    private let wait: Duration
    private var random = SystemRandomNumberGenerator()

    private var cursor: String?
    private var link: LinkState?
    private var backoff: Backoff
    private var pace = TaskPace()
    /// No request before this time: the spread at the start, or the long wait without a channel.
    private var opens: BootTime
    /// When the request under way began; nil: there is none.
    private var began: BootTime?
    /// Whether the agent still has to record the last answer. The next request tells the platform which tasks were
    /// received, so it must not name tasks that a restart would not remember.
    private var isAwaitingKeeper = false

    /// - Parameters:
    ///   - wait: how long the platform may hold a request while it has no tasks.
    ///   - startSpread: the longest wait before the first request.
    ///   - cursor: the cursor of the last tasks received; nil: none yet.
    init(
        _ target: TargetConfiguration, wait: Duration, startSpread: Duration, after cursor: String?, at now: BootTime
    ) {
        self.target = target
        self.wait = wait
        self.cursor = cursor
        backoff = Backoff(first: target.retryFirst, most: target.retryMost)
        opens = now + Backoff.jitter(upTo: startSpread, using: &random)
    }

    // MARK: Inputs

    mutating func advance(at now: BootTime) -> [Step] {
        guard let nextDeadline, nextDeadline <= now else { return [] }
        began = now
        return [.ask(TaskQuestion(cursor: cursor, wait: wait))]
    }

    /// The tasks of the last answer are recorded, or held in memory if the disk fails.
    mutating func noteKept() { isAwaitingKeeper = false }

    mutating func apply(_ verdict: TaskVerdict, at now: BootTime) -> [Step] {
        let start = began ?? now
        began = nil
        switch verdict {
        case .tasks(let answer): return apply(answer, began: start, at: now)
        case .none: return goOn(began: start, at: now, hasNews: false)
        case .absent(let message):
            if target.hasAuthority { return refuse(message, at: now) }
            opens = now + Self.absence + Backoff.jitter(upTo: Self.absence / 4, using: &random)
            return set(.ok)
        case .later(let setback):
            // A gateway may cut a long poll that was held for long. That is not a failure of the platform.
            if setback.cause == .cutOff, now - start >= TaskPace.held { backoff.succeeded() }
            backoff.failed(at: now, hold: setback.hold, using: &random)
            return set(.retrying(setback.message))
        case .refused(let message): return refuse(message, at: now)
        }
    }

    /// When the next request is due; nil while an answer of the platform or the agent is missing.
    var nextDeadline: BootTime? {
        guard began == nil, !isAwaitingKeeper else { return nil }
        return [opens, backoff.opens, backoff.opensForHelp, pace.opens].compactMap { $0 }.max()
    }

    // MARK: Results

    private mutating func apply(_ answer: TaskAnswer, began: BootTime, at now: BootTime) -> [Step] {
        let isNew = answer.cursor != cursor
        cursor = answer.cursor
        var steps: [Step] = []
        if isNew || !answer.tasks.isEmpty {
            isAwaitingKeeper = true
            steps.append(.report(.tasks(target.id, answer.tasks, cursor: answer.cursor)))
        }
        return steps + goOn(began: began, at: now, hasNews: isNew && !answer.tasks.isEmpty)
    }

    private mutating func goOn(began: BootTime, at now: BootTime, hasNews: Bool) -> [Step] {
        backoff.succeeded()
        pace.ended(began: began, at: now, hasNews: hasNews, using: &random)
        return set(.ok)
    }

    private mutating func refuse(_ message: Message, at now: BootTime) -> [Step] {
        backoff.refused(at: now, using: &random)
        return set(.refused(message))
    }

    private mutating func set(_ state: LinkState) -> [Step] {
        guard state != link else { return [] }
        link = state
        return [.report(.taskLink(target.id, state))]
    }
}
