// SPDX-License-Identifier: Apache-2.0

/// One task of an answer, as far as it can be read.
package enum ReceivedTask: Sendable, Hashable {
    /// The most receipts that count in one answer.
    package static let mostReceipts = 1000

    /// Kind `receipt`: receipts that a 202 promised, at most one for each event. They are facts and not orders. So they
    /// count from every target, whenever they come, and no `task.done` answers them.
    case receipts([Receipt])
    /// Any other kind. A task that cannot be read has the order `malformed` or `unknownKind`.
    case task(PlatformTask)
}
