// SPDX-License-Identifier: Apache-2.0
import Modbus

/// The named inputs and the presses on them.
///
/// A press stays on until a client has read it as on, and then off until a client has read it as off. So even a client
/// that polls slowly sees each press.
struct Presses {
    struct Input {
        var place: BoardCommand.Place
        var isActiveLow: Bool

        /// The value on the wire.
        func word(isActive: Bool) -> UInt16 { isActive != isActiveLow ? 1 : 0 }
    }

    /// The next action of the board.
    enum Step: Equatable {
        case press(String)
        case release(String)
    }

    private struct Press {
        var isDown: Bool
        var since: ContinuousClock.Instant
        var hold: Duration
        var wasRead = false
    }

    private(set) var inputs: [String: Input] = [:]
    private var running: [String: Press] = [:]
    private var waiting: [String: [Duration]] = [:]

    mutating func name(_ name: String, _ input: Input) { inputs[name] = input }

    /// Presses `name` after its earlier presses have ended.
    mutating func press(_ name: String, hold: Duration) { waiting[name, default: []].append(hold) }

    /// A client received an answer that was created at `instant`.
    mutating func wasRead(_ request: ReadRequest, madeAt instant: ContinuousClock.Instant) {
        for (name, press) in running where press.since <= instant {
            guard let place = inputs[name]?.place, request.unit == place.unit, request.table == place.table else {
                continue
            }
            if (request.address..<request.address + request.count).contains(place.address) {
                running[name]?.wasRead = true
            }
        }
    }

    /// The actions due at `now`, in order of names.
    mutating func advance(to now: ContinuousClock.Instant) -> [Step] {
        var steps: [Step] = []
        for (name, press) in running.sorted(by: { $0.key < $1.key })
        where press.wasRead && press.since + press.hold <= now {
            if press.isDown {
                running[name] = Press(isDown: false, since: now, hold: BoardCommand.shortestHold)
                steps.append(.release(name))
            } else {
                running[name] = nil
            }
        }
        for (name, holds) in waiting.sorted(by: { $0.key < $1.key }) where running[name] == nil {
            guard let hold = holds.first else { continue }
            waiting[name] = holds.count > 1 ? Array(holds.dropFirst()) : nil
            running[name] = Press(isDown: true, since: now, hold: hold)
            steps.append(.press(name))
        }
        return steps
    }

    /// When `advance` is due next; nil while waiting for a client.
    var nextDeadline: ContinuousClock.Instant? {
        running.values.filter(\.wasRead).map { $0.since + $0.hold }.min()
    }
}
