// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Synchronization

/// How each unit of a bus has answered. The bus's thread writes it; any thread may read it.
final class UnitLedger: Sendable {
    enum Mark: Sendable {
        case answer(roundTrip: Duration)
        case exception(roundTrip: Duration)
        case timeout
        case badFrame
    }

    private struct Entry {
        var counters: UnitCounters
        var roundTrips = RoundTrips()
    }

    private let entries: Mutex<[Int: Entry]>
    private let bus: String

    /// - Parameter units: units that are shown even before their first request.
    init(bus: String, units: Set<Int>) {
        self.bus = bus
        entries = Mutex(
            Dictionary(
                uniqueKeysWithValues: units.map { unit in (unit, Entry(counters: UnitCounters(bus: bus, unit: unit))) }
            ))
    }

    /// All units, by address.
    var counters: [UnitCounters] {
        entries.withLock { entries in
            entries.values.map { entry in
                var counters = entry.counters
                counters.roundTripP50 = entry.roundTrips.milliseconds(below: 0.5)
                counters.roundTripP99 = entry.roundTrips.milliseconds(below: 0.99)
                return counters
            }
        }
        .sorted { $0.unit < $1.unit }
    }

    /// Counts the result of one request of `unit`.
    func count(_ mark: Mark, of unit: Int) {
        update(unit) { entry in
            entry.counters.requests += 1
            switch mark {
            case .answer(let span): entry.roundTrips.add(span)
            case .exception(let span):
                entry.counters.exceptions += 1
                entry.roundTrips.add(span)
            case .timeout: entry.counters.timeouts += 1
            case .badFrame: entry.counters.crc += 1
            }
        }
    }

    /// Sets the state of `unit`, as the schedule knows it.
    func note(_ state: UnitCounters.State, of unit: Int) {
        update(unit) { $0.counters.state = state }
    }

    /// The time within which 90 % of the unit's answers came; nil before the first.
    func usualRoundTrip(of unit: Int) -> Duration? {
        entries.withLock { $0[unit]?.roundTrips.milliseconds(below: 0.9) }.map { .nanoseconds(Int64($0 * 1_000_000)) }
    }

    private func update(_ unit: Int, _ change: (inout Entry) -> Void) {
        entries.withLock { change(&$0[unit, default: Entry(counters: UnitCounters(bus: bus, unit: unit))]) }
    }
}
