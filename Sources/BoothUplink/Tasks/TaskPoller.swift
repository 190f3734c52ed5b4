// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import HTTP

/// What happens on the thread that waits for a target's tasks: one long poll after the other.
///
/// Not `Sendable`: the thread that makes it runs it.
final class TaskPoller {
    /// Where there is no task channel and need not be one: how often it is looked for.
    static let absence = Duration.seconds(3600)

    private let source: TaskSource
    private let client: HTTPClient
    private let mailbox: Mailbox<TaskOrder>
    private let report: (UplinkReport) -> Void
    private let words: LinkWords
    private var random = SystemRandomNumberGenerator()

    private var cursor: String?
    private var link: LinkState?
    private var backoff: Backoff
    private var pace = TaskPace()
    /// The spread at the start, and the long wait where there is no channel.
    private var opens: BootTime
    private var began: BootTime?
    /// Whether the agent still has to keep what the last answer brought. The next request tells the platform how far
    /// its tasks were taken: it must not say more than a restart would remember.
    private var isAwaitingKeeper = false
    private var asking: Pulse?

    /// - Parameters:
    ///   - cursor: how far the tasks were taken; nil: nothing was.
    ///   - link: what was reported last; nil: nothing yet.
    init(
        _ source: TaskSource, client: HTTPClient, mailbox: Mailbox<TaskOrder>, after cursor: String?, link: LinkState?,
        report: @escaping (UplinkReport) -> Void
    ) {
        self.source = source
        self.client = client
        self.mailbox = mailbox
        self.cursor = cursor
        self.link = link
        self.report = report
        words = LinkWords(source.target.endpoint)
        backoff = Backoff(first: source.target.retryFirst, most: source.target.retryMost)
        opens = .now() + Backoff.jitter(upTo: source.startSpread, using: &random)
    }

    /// Serves until it is told to stop; a request under way is then dropped.
    func run() {
        while true {
            let now = BootTime.now()
            if canBegin(at: now) { begin(at: now) }
            let outcome = client.turn(waitingFor: mailbox.descriptor, milliseconds: millisecondsToDeadline())
            for order in mailbox.take() {
                switch order {
                case .stop: return client.cancel()
                case .taken: isAwaitingKeeper = false
                case .prove(let pulse): asking = pulse
                }
            }
            if let outcome { conclude(outcome, at: .now()) }
            asking.take()?.beat()
        }
    }

    private func canBegin(at now: BootTime) -> Bool { began == nil && !isAwaitingKeeper && next <= now }

    /// When the next poll may begin, as far as time decides.
    private var next: BootTime {
        [opens, backoff.opens, backoff.opensForHelp, pace.opens].compactMap { $0 }.max() ?? opens
    }

    /// nil while only the platform or the agent can move it on.
    private func millisecondsToDeadline() -> Int? {
        began == nil && !isAwaitingKeeper ? next.millisecondsAway() : nil
    }

    private func begin(at now: BootTime) {
        began = now
        let request = TaskRequest.poll(
            source.target.endpoint.url, booth: source.booth, after: cursor, wait: source.wait)
        do throws(HTTPFailure) {
            try client.begin(request)
        } catch {
            conclude(.failure(error), at: now)
        }
    }
}

// MARK: - What came of it

extension TaskPoller {
    private func conclude(_ outcome: HTTPClient.Outcome, at now: BootTime) {
        let start = began ?? now
        began = nil
        let verdict: TaskVerdict =
            switch outcome {
            case .success(let reply): TaskVerdict(reply, hasAuthority: source.target.hasAuthority)
            case .failure(let failure): TaskVerdict(failure)
            }
        switch verdict {
        case .tasks(let answer): take(answer, began: start, at: now)
        case .none: goOn(began: start, at: now, hasNews: false)
        case .absent:
            opens = now + Self.absence + Backoff.jitter(upTo: Self.absence / 4, using: &random)
            set(.ok)
        case .later(let cause, let hold):
            // A gateway that ends what lasts too long for it is no failing platform.
            if Self.isCutOff(cause), now - start >= TaskPace.held { backoff.succeeded() }
            backoff.failed(at: now, hold: hold, using: &random)
            set(.retrying(words.sentence(cause)))
        case .refused(let cause):
            backoff.refused(at: now, using: &random)
            set(.refused(words.taskSentence(cause)))
        }
    }

    private static func isCutOff(_ cause: Verdict.LaterCause) -> Bool {
        [.failure(.cutOff), .status(408), .status(504)].contains(cause)
    }

    private func take(_ answer: TaskAnswer, began: BootTime, at now: BootTime) {
        let isNew = answer.cursor != cursor
        cursor = answer.cursor
        if isNew || !answer.tasks.isEmpty {
            isAwaitingKeeper = true
            report(.tasks(source.target.id, answer.tasks, cursor: answer.cursor))
        }
        goOn(began: began, at: now, hasNews: isNew && !answer.tasks.isEmpty)
    }

    private func goOn(began: BootTime, at now: BootTime, hasNews: Bool) {
        backoff.succeeded()
        pace.ended(began: began, at: now, hasNews: hasNews, using: &random)
        set(.ok)
    }

    private func set(_ state: LinkState) {
        guard state != link else { return }
        link = state
        report(.taskLink(source.target.id, state))
    }
}
