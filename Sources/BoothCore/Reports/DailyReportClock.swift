// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// When the report on a day is due: at 00:05 of the next day, plus some seconds. Each booth has its own number of
/// seconds, so that the booths of a county do not all connect within one second.
package struct DailyReportClock: Sendable {
    /// Seconds after 00:05:00, 0...59.
    package let offsetSeconds: Int

    /// The longest time between two checks, because the wall clock may be set.
    static let longestSleep = Duration.seconds(3600)
    private static let minuteOfDay = 5

    /// - Parameter booth: its `source` gives the offset: FNV-1a (32 bit) over the UTF-8, modulo 60.
    package init(_ booth: Booth) {
        let hash = booth.source.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        offsetSeconds = Int(hash % 60)
    }

    /// The day whose report is due now; nil: none. Only yesterday's report is ever due. An older one is made on request
    /// only.
    ///
    /// - Parameter reported: the days whose report was made.
    package func due(at moment: Moment, reported: [CivilDate]) -> CivilDate? {
        guard moment.clock != .unsynced else { return nil }
        let civil = moment.civil
        guard civil.minuteOfDay * 60 + civil.second >= Self.minuteOfDay * 60 + offsetSeconds else { return nil }
        let day = civil.date.previous
        return reported.contains(day) ? nil : day
    }

    /// When to check again, if nothing is due now: at the next due time, in an hour at most.
    package func nextLook(after moment: Moment) -> BootTime {
        let moments = [moment.civil.date, moment.civil.date.next].map {
            $0.instant(minuteOfDay: Self.minuteOfDay, in: moment.zone).milliseconds + Int64(offsetSeconds) * 1000
        }
        let next = moments.first { $0 > moment.wallMilliseconds }.map {
            Duration.milliseconds($0 - moment.wallMilliseconds)
        }
        return moment.boot + min(Self.longestSleep, next ?? Self.longestSleep)
    }
}

extension BoothMemory {
    /// Notes that the report on `day` was made, so that it is not made again when the clock is set back.
    package mutating func noteReport(on day: CivilDate) {
        reported = (reported.filter { $0 != day } + [day]).suffix(Self.mostReported)
    }
}
