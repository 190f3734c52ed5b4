// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Deadlines by key. Reading the earliest takes the same time, however many there are.
///
/// A binary heap with a dictionary beside it. A deadline that was changed or removed stays in the heap until it comes
/// to the top.
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

    /// The deadlines that are due by `instant`, in no order. Call `take` for each in its turn: it may have been changed
    /// or removed by then.
    mutating func due(by instant: BootTime) -> [(key: Key, instant: BootTime)] {
        var due: [(key: Key, instant: BootTime)] = []
        while let first = heap.first, first.instant <= instant {
            pop()
            if instants[first.key] == first.instant { due.append((first.key, first.instant)) }
            dropStale()
        }
        return due
    }

    /// Takes one deadline that `due` returned.
    ///
    /// - Returns: whether it is still due: it was not changed or removed.
    mutating func take(_ key: Key, at instant: BootTime) -> Bool {
        guard instants[key] == instant else { return false }
        instants[key] = nil
        // The heap may have been rebuilt with this deadline in it, when other keys were set.
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
