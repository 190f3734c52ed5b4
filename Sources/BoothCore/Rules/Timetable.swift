// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What is due when, by what it is for: the earliest is at hand, however many there are.
///
/// A binary heap with a dictionary beside it. What was set anew or taken back stays in the heap until it comes up.
struct Timetable<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        let instant: BootTime
        let key: Key
    }

    /// When each key is due.
    private(set) var instants: [Key: BootTime] = [:]
    private var heap: [Entry] = []

    /// The earliest instant at which something is due.
    var next: BootTime? { heap.first?.instant }

    /// When `key` is due; nil: never.
    subscript(key: Key) -> BootTime? {
        get { instants[key] }
        set {
            guard instants[key] != newValue else { return }
            instants[key] = newValue
            if let newValue { push(Entry(instant: newValue, key: key)) }
            if heap.count > 2 * instants.count + 64 { rebuild() }
            dropStale()
        }
    }

    /// What is due by `instant`, in no order; `take` each to know whether it still is when its turn comes.
    mutating func due(by instant: BootTime) -> [(key: Key, instant: BootTime)] {
        var due: [(key: Key, instant: BootTime)] = []
        while let first = heap.first, first.instant <= instant {
            pop()
            if instants[first.key] == first.instant { due.append((first.key, first.instant)) }
            dropStale()
        }
        return due
    }

    /// Takes what `due` gave.
    ///
    /// - Returns: whether it was due still: nothing has set it anew or taken it back.
    mutating func take(_ key: Key, at instant: BootTime) -> Bool {
        guard instants[key] == instant else { return false }
        instants[key] = nil
        // Setting others may have brought it back into the heap meanwhile.
        dropStale()
        return true
    }

    // MARK: The heap

    private mutating func dropStale() {
        while let first = heap.first, instants[first.key] != first.instant { pop() }
    }

    private mutating func rebuild() {
        heap = []
        for (key, instant) in instants { push(Entry(instant: instant, key: key)) }
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0, case let parent = (child - 1) / 2, heap[child].instant < heap[parent].instant {
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func pop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].instant < heap[least].instant { least = child }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
