// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// When targets are polled for tasks. Not before the journal has given the cursors, and not while memory holds too many
/// events of tasks.
struct TaskGate {
    /// How long polling waits for the journal, which knows the cursors and the executed tasks. If the disk never comes
    /// back, the booth polls without them. Then a task that an earlier run executed may be executed once more, if it
    /// has not expired.
    private static let patienceForJournal = Duration.seconds(3)
    /// The most events of tasks that memory holds while the disk refuses. Further tasks stay with the platforms until
    /// then.
    static let mostEventsInMemory = 1000

    private let targets: [TargetID]
    /// When polling starts; nil: it has started, or nobody has scheduled it.
    private(set) var nextStart: BootTime?
    /// How many events of tasks the disk has refused so far, and the targets whose next poll waits for the disk.
    private var eventsInMemory = 0
    private var held: [TargetID] = []
    /// The state of each target's task channel.
    private var links: [TargetID: LinkState] = [:]

    init(_ targets: [TargetConfiguration]) {
        self.targets = targets.map(\.id)
    }

    /// Sensing has begun. Polling starts at once if the journal's memory is known; otherwise after a wait for the
    /// journal.
    mutating func schedule(isRecalled: Bool, at now: BootTime) {
        nextStart = isRecalled ? now : now + Self.patienceForJournal
    }

    /// The targets to poll from now on; none if they are polled already, or polling is not scheduled.
    mutating func start() -> [TargetID] {
        guard nextStart != nil else { return [] }
        nextStart = nil
        return targets
    }

    /// The tasks of one answer are recorded.
    ///
    /// - Parameter inMemory: how many of their events the disk has refused so far.
    /// - Returns: whether to poll the target for the next ones now.
    mutating func noteKept(by target: TargetID, inMemory count: Int) -> Bool {
        eventsInMemory += count
        guard eventsInMemory > Self.mostEventsInMemory else { return true }
        if !held.contains(target) { held.append(target) }
        return false
    }

    /// The disk is well again: memory holds no more of these events.
    ///
    /// - Returns: the targets to poll again.
    mutating func release() -> [TargetID] {
        defer { held = [] }
        eventsInMemory = 0
        return held
    }

    /// Notes the state of a target's channel.
    ///
    /// - Returns: its state before; nil: not known.
    mutating func note(_ state: LinkState, of target: TargetID) -> LinkState? {
        links.updateValue(state, forKey: target)
    }

    /// Why a target's channel is refused; nil: it is not.
    func refusal(of target: TargetID) -> Message? {
        guard case .refused(let cause) = links[target] else { return nil }
        return cause
    }
}
