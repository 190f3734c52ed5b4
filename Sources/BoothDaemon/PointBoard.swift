// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothSensing

/// What each point is known to be now: the readings, debounced.
struct PointBoard {
    struct Entry {
        let point: PointConfiguration
        var debouncer: Debouncer
        /// The settled state, with the value and the quality as last read; nil before the first report.
        var reading: Reading?
    }

    private var entries: [PointID: Entry]
    private let order: [PointID]
    /// Points whose debouncer waits for time to pass.
    private var unsettled: Set<PointID> = []

    init(_ points: [PointConfiguration]) {
        order = points.map(\.id)
        entries = Dictionary(
            uniqueKeysWithValues: points.map {
                let debouncer = Debouncer(period: $0.debounce, countsLeadingEdge: $0.kind.countsLeadingEdge)
                return ($0.id, Entry(point: $0, debouncer: debouncer))
            })
    }

    /// Every point, in the configuration's order.
    var all: [Entry] { order.compactMap { entries[$0] } }

    /// When `settle` has something to do unless an input changes.
    var nextDeadline: BootTime? { unsettled.compactMap { entries[$0]?.debouncer.nextDeadline }.min() }

    /// Takes a driver's reading.
    ///
    /// - Returns: the settled readings that follow from it, oldest first.
    mutating func take(_ reading: Reading) -> [Reading] {
        guard var entry = entries[reading.point] else { return [] }
        defer { store(entry) }
        guard reading.quality == .good else {
            entry.note(reading, state: entry.reading?.state ?? reading.state, at: reading.at)
            return []
        }
        var settled: [Reading] = []
        if let (state, since) = entry.debouncer.advance(to: reading.at) {
            settled.append(entry.note(reading, state: state, at: since))
        }
        if let state = entry.debouncer.take(state: reading.state, at: reading.at) {
            settled.append(entry.note(reading, state: state, at: reading.at))
        } else {
            let hasRecovered = entry.reading?.quality != .good
            let noted = entry.note(reading, state: entry.debouncer.accepted ?? reading.state, at: reading.at)
            // Good again with the state that it had: nothing changed, and the rules learn that its device is back.
            if hasRecovered { settled.append(noted) }
        }
        return settled
    }

    /// Lets time pass for the points that wait for it.
    mutating func settle(at time: BootTime) -> [Reading] {
        var settled: [Reading] = []
        for point in unsettled {
            guard var entry = entries[point], let reading = entry.reading else { continue }
            if let (state, since) = entry.debouncer.advance(to: time) {
                settled.append(entry.note(reading, state: state, at: since))
            }
            store(entry)
        }
        return settled.sorted { $0.at < $1.at }
    }

    private mutating func store(_ entry: Entry) {
        entries[entry.point.id] = entry
        if entry.debouncer.nextDeadline == nil {
            unsettled.remove(entry.point.id)
        } else {
            unsettled.insert(entry.point.id)
        }
    }
}

extension PointBoard.Entry {
    /// Keeps a reading with the state that counts; `at` moves only when state or quality does.
    @discardableResult
    fileprivate mutating func note(_ latest: Reading, state: PointState, at time: BootTime) -> Reading {
        let isSame = reading?.state == state && reading?.quality == latest.quality
        let kept = Reading(
            point: latest.point, state: state, value: latest.value, quality: latest.quality,
            at: isSame ? reading?.at ?? time : time)
        reading = kept
        return kept
    }
}
