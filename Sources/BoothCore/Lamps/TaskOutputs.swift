// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What tasks have made of the outputs that only they switch. Told the time; pure.
///
/// An order with a span passes, and the output is again what the last order without one made it; off, where there was
/// none since the agent began.
struct TaskOutputs {
    /// An order that ends by itself.
    private struct Passing {
        var isOn: Bool
        var until: BootTime
    }

    private var standing: [String: Bool] = [:]
    private var passing: [String: Passing] = [:]

    /// Does what a task wants; the newest order for an output replaces the one before it.
    mutating func apply(_ order: OutputOrder, at now: BootTime) {
        if let span = order.span {
            passing[order.output] = Passing(isOn: order.isOn, until: now + span)
        } else {
            passing[order.output] = nil
            standing[order.output] = order.isOn
        }
    }

    /// Ends what has lasted as long as it was to.
    mutating func advance(to now: BootTime) {
        guard let nextDeadline, nextDeadline <= now else { return }
        passing = passing.filter { $0.value.until > now }
    }

    /// When the first order ends; nil while none does by itself.
    var nextDeadline: BootTime? { passing.values.lazy.map(\.until).min() }

    func isOn(_ output: String) -> Bool { passing[output]?.isOn ?? standing[output] ?? false }
}
