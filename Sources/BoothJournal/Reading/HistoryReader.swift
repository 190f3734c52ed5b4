// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Reads the history of a time span, slice by slice, so that the whole history is never in memory.
///
/// All functions are called on the journal's thread. Presses wait for each call, so it must end in a few milliseconds.
package protocol HistoryReader: Sendable {
    /// Applies incidents that were open at some time in the span: opened before its end, and not closed before its
    /// start.
    ///
    /// Each incident is given once, in no order, as it stood when the reading began or a little later.
    mutating func apply(_ incidents: [Incident])
    /// Applies some `cn.boothd.record.v1` events of the span; each is given once, in no order.
    mutating func apply(_ records: [CloudEvent])
    /// Ends the reading: everything was given, or the disk failed.
    func finish(_ end: Result<HistoryEnd, HistoryRefusal>)
}

/// The result of a complete reading.
package struct HistoryEnd: Sendable {
    /// Whether there were more than `HistoryReading.mostIncidents`.
    package var isCapped = false
    /// How far back the journal's history reaches; nil: it holds none.
    package var from: WallTime?
    /// The newest link of the chain of events, and how many events it covers.
    package var chain: ChainHead
}

/// The disk failed, or the journal stops.
package struct HistoryRefusal: Error {
    package init() {}
}
