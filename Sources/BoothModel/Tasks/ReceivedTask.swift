// SPDX-License-Identifier: Apache-2.0

/// One task of an answer, as far as it can be read.
package enum ReceivedTask: Sendable, Hashable {
    /// Most receipts that count of one answer.
    package static let mostReceipts = 1000

    /// Kind `receipt`: receipts that a 202 promised, one for each event at most. Facts, and nothing to be executed: they
    /// count from every target, whenever they come, and no `task.done` answers them.
    case receipts([Receipt])
    /// Any other; what cannot be read has the order `malformed` or `unknownKind`.
    case task(PlatformTask)
}
