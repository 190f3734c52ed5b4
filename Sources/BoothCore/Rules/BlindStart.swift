// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What a run that remembers nothing notes of its first look, so that it can be told later what was new and what had
/// stood before.
struct BlindStart: Sendable {
    /// A point when it was heard of first, with nothing remembered of it.
    struct Sight: Sendable {
        var at: Stamp
        var isActive: Bool
        /// Whether its supervised loop was cut or bridged.
        var isBroken: Bool
        /// The value of a counting input, before any press of this run.
        var counter: Int?
        /// When its input was at rest for the first time; nil: it has been active ever since.
        var atRest: Stamp?
    }

    var sights: [PointID: Sight] = [:]
    /// When the letter box was opened; the first two times.
    private(set) var emptyings: [Stamp] = []
    /// Whether somebody armed or disarmed.
    var hasOverridden = false

    mutating func noteEmptying(_ stamp: Stamp) {
        if emptyings.count < 2 { emptyings.append(stamp) }
    }

    /// - Parameter memory: the point as it is after its reading.
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
