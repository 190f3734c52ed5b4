// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Takes in what a booth went through in a span of time while the journal reads it: slice by slice, so that the whole of
/// it is never in memory.
///
/// All of it is called on the journal's thread. Presses wait for each call, which has to be over in a few milliseconds.
package protocol HistoryReader: Sendable {
    /// Takes incidents that were open at some time of the span: opened before its end, and not closed before it began.
    ///
    /// Each is given once, as it stood when the reading began or a little later; in no order.
    mutating func apply(_ incidents: [Incident])
    /// Takes some of the span's `cn.boothd.record.v1` events; each is given once, in no order.
    mutating func apply(_ records: [CloudEvent])
    /// All of it was given, or the disk refuses to say what there is.
    func finish(_ end: Result<HistoryEnd, HistoryRefusal>)
}

/// What is known once a history was read.
package struct HistoryEnd: Sendable {
    /// Whether there were more than `HistoryReading.mostIncidents`.
    package var isCapped = false
    /// How far back the journal's history reaches; nil: it holds none.
    package var from: WallTime?
    /// The newest link of the chain of events, and how many events it covers.
    package var chain: ChainHead
}

/// The disk refuses to say what there is, or the journal stops.
package struct HistoryRefusal: Error {
    package init() {}
}
