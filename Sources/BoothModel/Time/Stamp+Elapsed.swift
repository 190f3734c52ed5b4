// SPDX-License-Identifier: Apache-2.0

extension Stamp {
    /// How long ago this was, suspended time included: by elapsed time within one boot, by the wall clock across boots.
    ///
    /// - Returns: nil for another boot, if the clock was not trusted then or is not now. Below zero if the wall clock
    ///   was set back in between.
    package func elapsed(until moment: Moment) -> Duration? {
        if bootID == moment.bootID { return moment.boot - boot }
        guard moment.clock != .unsynced, let then = wallMilliseconds else { return nil }
        return .milliseconds(moment.wallMilliseconds - then)
    }

    /// The civil time as it is known now. Within the same boot, the clock may have been set right since.
    package func civilTime(at moment: Moment) -> String? {
        bootID == moment.bootID ? Stamp(moment.at(self)).time : time
    }

    /// Milliseconds since 1970-01-01T00:00:00Z; nil: the clock was not trusted.
    package var wallMilliseconds: Int64? {
        time.flatMap(WallTime.init(rfc3339:))?.milliseconds
    }
}
