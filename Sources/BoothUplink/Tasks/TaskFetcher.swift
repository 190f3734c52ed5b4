// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// When a target is asked for tasks, and what follows from its answers: one question after the other. Told the time;
/// knows no transport, waits for nothing and executes nothing.
struct TaskFetcher {
    /// Where there is no task channel and need not be one: how often it is looked for.
    static let absence = Duration.seconds(3600)

    private let target: TargetConfiguration
    private let wait: Duration
    private var random = SystemRandomNumberGenerator()

    private var cursor: String?
    private var link: LinkState?
    private var backoff: Backoff
    private var pace = TaskPace()
    /// The spread at the start, and the long wait where there is no channel.
    private var opens: BootTime
    /// When the question under way was asked; nil: there is none.
    private var began: BootTime?
    /// Whether the agent still has to keep what the last answer brought. The next question tells the platform how far
    /// its tasks were taken: it must not say more than a restart would remember.
    private var isAwaitingKeeper = false

    /// - Parameters:
    ///   - wait: how long the platform may leave a question without an answer while it has no task.
    ///   - startSpread: the longest wait before the first question.
    ///   - cursor: how far the tasks were taken; nil: nothing was.
    init(
        _ target: TargetConfiguration, wait: Duration, startSpread: Duration, after cursor: String?, at now: BootTime
    ) {
        self.target = target
        self.wait = wait
        self.cursor = cursor
        backoff = Backoff(first: target.retryFirst, most: target.retryMost)
        opens = now + Backoff.jitter(upTo: startSpread, using: &random)
    }

    // MARK: Being told

    /// Asks, if it is time.
    mutating func advance(at now: BootTime) -> [Step] {
        guard let nextDeadline, nextDeadline <= now else { return [] }
        began = now
        return [.ask(TaskQuestion(cursor: cursor, wait: wait))]
    }

    /// What the last answer brought is kept as well as it can be.
    mutating func noteKept() { isAwaitingKeeper = false }

    /// What came of the question.
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
            // A gateway that ends what lasts too long for it is no failing platform.
            if setback.cause == .cutOff, now - start >= TaskPace.held { backoff.succeeded() }
            backoff.failed(at: now, hold: setback.hold, using: &random)
            return set(.retrying(setback.message))
        case .refused(let message): return refuse(message, at: now)
        }
    }

    /// When the next question is due, as far as time decides; nil while only the platform or the agent can move it on.
    var nextDeadline: BootTime? {
        guard began == nil, !isAwaitingKeeper else { return nil }
        return [opens, backoff.opens, backoff.opensForHelp, pace.opens].compactMap { $0 }.max()
    }

    // MARK: What came of it

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
