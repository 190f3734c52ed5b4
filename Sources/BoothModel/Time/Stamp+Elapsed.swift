// SPDX-License-Identifier: Apache-2.0

extension Stamp {
    /// How long ago this was, suspended time included: by elapsed time within one boot, by the wall clock across boots.
    ///
    /// - Returns: nil where neither can tell: another boot, and the clock was not believed then or is not now; below
    ///   zero where the wall clock was set back in between.
    package func elapsed(until moment: Moment) -> Duration? {
        if bootID == moment.bootID { return moment.boot - boot }
        guard moment.clock != .unsynced, let then = wallMilliseconds else { return nil }
        return .milliseconds(moment.wallMilliseconds - then)
    }

    /// The civil time as far as it is known now: the clock may have been set right since, within the same boot.
    package func civilTime(at moment: Moment) -> String? {
        bootID == moment.bootID ? Stamp(moment.at(self)).time : time
    }

    /// Milliseconds since 1970-01-01T00:00:00Z; nil where the clock was not trusted.
    package var wallMilliseconds: Int64? {
        guard let time else { return nil }
        // As `CivilTime` writes it: 2026-11-21T08:15:30.120+08:00.
        let bytes = Array(time.utf8)
        guard bytes.count == 29 else { return nil }
        func number(_ range: Range<Int>) -> Int64? { Int64(String(decoding: bytes[range], as: UTF8.self)) }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), let millisecond = number(20..<23),
            let offsetHours = number(24..<26), let offsetMinutes = number(27..<29)
        else { return nil }
        let offset = (offsetHours * 60 + offsetMinutes) * (bytes[23] == UInt8(ascii: "-") ? -60 : 60)
        let date = CivilDate(year: Int(year), month: Int(month), day: Int(day))
        let seconds = Int64(date.daysSince1970) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return seconds * 1000 + millisecond
    }
}
