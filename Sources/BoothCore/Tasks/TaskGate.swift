// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// When targets are asked for tasks: not before the journal has said how far they were taken, and not while memory holds
/// too much of what they led to.
struct TaskGate {
    /// How long tasks wait for the journal, which knows how far they were taken and which were executed. A booth whose disk
    /// never comes back goes on without: a task that was executed in a run before may be executed once more, if it has not
    /// expired.
    private static let patienceForJournal = Duration.seconds(3)
    /// So many events of tasks are held in memory while the disk refuses; the rest stays with the platforms until then.
    static let mostEventsInMemory = 1000

    private let targets: [TargetID]
    /// When the targets are to be asked; nil: they are already, or nobody has scheduled it.
    private(set) var nextStart: BootTime?
    /// What tasks led to and the disk has refused so far, and the targets whose next tasks wait for it.
    private var eventsInMemory = 0
    private var held: [TargetID] = []
    /// How each target's task channel stands.
    private var links: [TargetID: LinkState] = [:]

    init(_ targets: [TargetConfiguration]) {
        self.targets = targets.map(\.id)
    }

    /// Sensing has begun: targets are asked at once, or once the journal has said what it remembers.
    mutating func schedule(isRecalled: Bool, at now: BootTime) {
        nextStart = isRecalled ? now : now + Self.patienceForJournal
    }

    /// The targets to ask from now on; none where they are asked already, or it is not yet scheduled.
    mutating func start() -> [TargetID] {
        guard nextStart != nil else { return [] }
        nextStart = nil
        return targets
    }

    /// The tasks of one answer are kept.
    ///
    /// - Parameter inMemory: events of theirs that the disk has refused so far.
    /// - Returns: whether the target may be asked for the next ones now.
    mutating func noteKept(by target: TargetID, inMemory count: Int) -> Bool {
        eventsInMemory += count
        guard eventsInMemory > Self.mostEventsInMemory else { return true }
        if !held.contains(target) { held.append(target) }
        return false
    }

    /// What memory held is on disk.
    ///
    /// - Returns: the targets that may be asked again.
    mutating func release() -> [TargetID] {
        defer { held = [] }
        eventsInMemory = 0
        return held
    }

    /// Notes how a target's channel stands.
    ///
    /// - Returns: how it stood before; nil: nothing was known.
    mutating func note(_ state: LinkState, of target: TargetID) -> LinkState? {
        links.updateValue(state, forKey: target)
    }

    /// What is wrong with a target's channel; nil where nothing is known to be.
    func refusal(of target: TargetID) -> Message? {
        guard case .refused(let cause) = links[target] else { return nil }
        return cause
    }
}
