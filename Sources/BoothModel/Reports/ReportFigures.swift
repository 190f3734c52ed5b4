// SPDX-License-Identifier: Apache-2.0

extension BoothReport {
    /// How long something took, over several cases.
    package struct Spans: Codable, Sendable, Hashable {
        /// Cases whose time is known.
        package var count: Int
        /// Cases whose time is not known: the board was restarted in between, and the clock was not trusted.
        package var unmeasured: Int
        /// The median in seconds, to the millisecond (nearest rank); nil: there is no case.
        package var p50Seconds: Double?
        /// The 95th percentile, likewise.
        package var p95Seconds: Double?

        package init(count: Int, unmeasured: Int, p50Seconds: Double?, p95Seconds: Double?) {
            self.count = count
            self.unmeasured = unmeasured
            self.p50Seconds = p50Seconds
            self.p95Seconds = p95Seconds
        }

        private enum CodingKeys: String, CodingKey {
            case count, unmeasured
            case p50Seconds = "p50_s"
            case p95Seconds = "p95_s"
        }
    }

    /// How soon the incidents opened in the period were accepted, without tests.
    ///
    /// `within60` to `unmeasured` add up to `raised`.
    package struct Response: Codable, Sendable, Hashable {
        /// nil: all priorities.
        package var priority: Priority?
        package var raised: Int
        /// Accepted within 60 s.
        package var within60 = 0
        /// Accepted within 180 s, but not 60.
        package var within180 = 0
        /// Accepted within 300 s, but not 180.
        package var within300 = 0
        /// Accepted after more than 300 s.
        package var later = 0
        /// Not accepted when the report was made.
        package var never = 0
        /// Accepted, but it is not known how soon.
        package var unmeasured = 0
        /// Not accepted within 60 s, the first deadline of "1, 3, 5 minutes".
        package var missed60 = 0
        /// Not accepted within 180 s.
        package var missed180 = 0
        /// Not accepted within 300 s.
        package var missed300 = 0
        /// The time from the opening to the acceptance.
        package var duration: Spans
        /// Steps of the answer clock that passed without an acceptance, as far as they were sent.
        package var escalations: Int
        /// How often an incident was handed to targets of another class.
        package var handovers: Int

        package init(priority: Priority?, raised: Int, duration: Spans, escalations: Int, handovers: Int) {
            self.priority = priority
            self.raised = raised
            self.duration = duration
            self.escalations = escalations
            self.handovers = handovers
        }

        private enum CodingKeys: String, CodingKey {
            case priority, raised, later, never, unmeasured, duration, escalations, handovers
            case within60 = "within_60_s"
            case within180 = "within_180_s"
            case within300 = "within_300_s"
            case missed60 = "missed_60_s"
            case missed180 = "missed_180_s"
            case missed300 = "missed_300_s"
        }
    }

    /// The letter box. Letters that lay in the box together count on the day of the first of them.
    package struct MailFigures: Codable, Sendable, Hashable {
        /// Letters of the incidents opened in the period.
        package var letters: Int
        /// Letters that were in the box when it was emptied in the period.
        package var collected: Int
        /// Letters in the box when the report was made.
        package var waiting: Int
        /// When the first of these came; nil: there is none, or it could not be dated.
        package var waitingSince: String?
        /// How often, in the period, letters had lain in the box for too long.
        package var overdue: Int
        /// Openings of the box in the period while somebody was in.
        package var checks: Int
        /// The dates with such an opening, oldest first.
        package var checkDays: [String]
        /// The last opening before the end; nil: none in the 14 days before the period, or since.
        package var lastCheck: String?
        /// Whole days of the calendar from that opening to the last day of the report.
        package var daysSinceCheck: Int?
        /// Weeks (Monday to Sunday) that ended in the period; in a report on a day, those that ended on it.
        package var weeks: Int
        /// Of these, the ones with at least one check.
        package var weeksChecked: Int
        /// The time from the first letter to the emptying, for letters collected in the period.
        package var collection: Spans
        /// The time from the emptying to the incident's end, for incidents closed in the period.
        package var feedback: Spans

        package init(
            letters: Int, collected: Int, waiting: Int, waitingSince: String?, overdue: Int, checks: Int,
            checkDays: [String], lastCheck: String?, daysSinceCheck: Int?, weeks: Int, weeksChecked: Int,
            collection: Spans, feedback: Spans
        ) {
            self.letters = letters
            self.collected = collected
            self.waiting = waiting
            self.waitingSince = waitingSince
            self.overdue = overdue
            self.checks = checks
            self.checkDays = checkDays
            self.lastCheck = lastCheck
            self.daysSinceCheck = daysSinceCheck
            self.weeks = weeks
            self.weeksChecked = weeksChecked
            self.collection = collection
            self.feedback = feedback
        }

        private enum CodingKeys: String, CodingKey {
            case letters, collected, waiting, overdue, checks, weeks, collection, feedback
            case waitingSince = "waiting_since"
            case checkDays = "check_days"
            case lastCheck = "last_check"
            case daysSinceCheck = "days_since_check"
            case weeksChecked = "weeks_checked"
        }
    }

    /// How much of the period a point was watched: an agent ran, and nothing on the way to the contact was at fault.
    package struct Availability: Codable, Sendable, Hashable {
        package var point: PointID
        package var kind: PointKind
        /// Seconds of the period up to `until`. They start later if the history, or the point's first reading, starts
        /// later.
        package var periodSeconds: Int64
        /// Of these, the seconds in which it was watched.
        package var watchedSeconds: Int64
        /// `watchedSeconds` out of `periodSeconds`, cut to 4 decimals, so that 1 means all of it; nil: there are no
        /// seconds.
        package var ratio: Double?

        package init(point: PointID, kind: PointKind, periodSeconds: Int64, watchedSeconds: Int64) {
            self.point = point
            self.kind = kind
            self.periodSeconds = periodSeconds
            self.watchedSeconds = watchedSeconds
            ratio = periodSeconds > 0 ? Double(watchedSeconds * 10_000 / periodSeconds) / 10_000 : nil
        }

        private enum CodingKeys: String, CodingKey {
            case point, kind, ratio
            case periodSeconds = "period_s"
            case watchedSeconds = "watched_s"
        }
    }
}
