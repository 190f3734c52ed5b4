// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The state of the outputs that only tasks switch. Pure: it is told the time.
///
/// An order with a span ends by itself. Then the output goes back to the last order without a span, or to off if there
/// was none since the agent started.
struct TaskOutputs {
    /// An order that ends by itself.
    private struct Passing {
        var isOn: Bool
        var until: BootTime
    }

    private var standing: [String: Bool] = [:]
    private var passing: [String: Passing] = [:]

    /// Applies a task's order. The newest order for an output replaces the one before it.
    mutating func apply(_ order: OutputOrder, at now: BootTime) {
        if let span = order.span {
            passing[order.output] = Passing(isOn: order.isOn, until: now + span)
        } else {
            passing[order.output] = nil
            standing[order.output] = order.isOn
        }
    }

    /// Ends the orders whose span is over.
    mutating func advance(to now: BootTime) {
        guard let nextDeadline, nextDeadline <= now else { return }
        passing = passing.filter { $0.value.until > now }
    }

    /// When the next order ends; nil: no order has a span.
    var nextDeadline: BootTime? { passing.values.lazy.map(\.until).min() }

    func isOn(_ output: String) -> Bool { passing[output]?.isOn ?? standing[output] ?? false }
}
