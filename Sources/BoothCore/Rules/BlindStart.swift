// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What a run without a memory notes about its first readings. When the journal opens late, this shows what was new and
/// what had stood before.
struct BlindStart: Sendable {
    /// The first reading of a point, if nothing is remembered about the point.
    struct Sight: Sendable {
        var at: Stamp
        var isActive: Bool
        /// Whether its supervised loop was cut or bridged.
        var isBroken: Bool
        /// The value of a counting input, before any press of this run.
        var counter: Int?
        /// When its input was at rest for the first time; nil: it has always been active.
        var atRest: Stamp?
    }

    var sights: [PointID: Sight] = [:]
    /// The first two openings of the letter box.
    private(set) var emptyings: [Stamp] = []
    /// Whether somebody armed or disarmed.
    var hasOverridden = false

    mutating func noteEmptying(_ stamp: Stamp) {
        if emptyings.count < 2 { emptyings.append(stamp) }
    }

    /// - Parameter memory: the point's memory after the reading.
    mutating func noteReading(of memory: PointMemory, isFirst: Bool, isActive: Bool, at moment: Moment) {
        if isFirst {
            sights[memory.point] = Sight(
                at: Stamp(moment), isActive: isActive, isBroken: memory.state == .cut || memory.state == .short,
                counter: memory.counter?.value, atRest: isActive ? nil : Stamp(moment))
        } else if !isActive, let sight = sights[memory.point], sight.atRest == nil {
            sights[memory.point]?.atRest = Stamp(moment)
        }
    }
}
