// SPDX-License-Identifier: Apache-2.0

/// A report on a booth's day, week or month: counts, times, and what is still open. It names nobody.
///
/// docs/reports.md says how each figure is made. Times are RFC 3339 in the booth's zone.
package struct BoothReport: Codable, Sendable, Hashable {
    package var period: Period
    /// Where it ends: at the period's end, or at the time when it was made, if the period was not over.
    package var until: String
    /// Whether the period was over, and the journal's history reaches back to its beginning.
    package var isComplete: Bool
    /// The start of the history, if it is after the period's beginning. What was before is not counted.
    package var historyFrom: String?
    /// Whether there was more than fits. Then figures are too low.
    package var isCapped: Bool
    /// Incidents opened in the period, without tests; those that are `undated` too.
    package var raised: Int
    /// Of `raised`: those of unknown time, because the clock was not trusted.
    package var undated: Int
    /// Activations beyond the first of each of `raised`.
    package var repeats: Int
    /// Incidents opened by tests in the period; counted nowhere else.
    package var tests: Int
    /// Each category once, sorted by its word.
    package var categories: [CategoryCount]
    package var open: Open
    /// What was open at the end: the most urgent first, then the oldest; 500 at most.
    package var openItems: [OpenItem]
    package var closed: Closed
    /// Over all priorities, then each that occurred.
    package var response: [Response]
    package var mail: MailFigures
    /// One for each point, in the configuration's order.
    package var availability: [Availability]
    /// One for each device that was at fault in the period, by its id.
    package var faults: [Fault]
    package var outages: Outages
    /// The head of the journal's chain, in the event that goes to platforms; nil in a report that is only shown.
    package var chain: ChainHead?

    package init(
        period: Period, until: String, isComplete: Bool, historyFrom: String? = nil, isCapped: Bool, raised: Int,
        undated: Int, repeats: Int, tests: Int, categories: [CategoryCount], open: Open, openItems: [OpenItem],
        closed: Closed, response: [Response], mail: MailFigures, availability: [Availability], faults: [Fault],
        outages: Outages, chain: ChainHead? = nil
    ) {
        self.period = period
        self.until = until
        self.isComplete = isComplete
        self.historyFrom = historyFrom
        self.isCapped = isCapped
        self.raised = raised
        self.undated = undated
        self.repeats = repeats
        self.tests = tests
        self.categories = categories
        self.open = open
        self.openItems = openItems
        self.closed = closed
        self.response = response
        self.mail = mail
        self.availability = availability
        self.faults = faults
        self.outages = outages
        self.chain = chain
    }

    private enum CodingKeys: String, CodingKey {
        case period, until, raised, undated, repeats, tests, categories, open, closed, response, mail, availability
        case faults, outages, chain
        case isComplete = "complete"
        case historyFrom = "history_from"
        case isCapped = "capped"
        case openItems = "open_items"
    }
}

extension BoothReport {
    /// The period in dates and in instants, because a reader elsewhere may be in another zone.
    package struct Period: Codable, Sendable, Hashable {
        package var kind: ReportPeriod.Kind
        /// The first and the last date, `2026-11-20`.
        package var first: String
        package var last: String
        /// The first instant of the period, and the first instant after it.
        package var from: String
        package var to: String

        package init(_ period: ReportPeriod, in zone: Zone) {
            kind = period.kind
            first = period.first.text
            last = period.last.text
            from = period.from(in: zone).text(in: zone)
            to = period.to(in: zone).text(in: zone)
        }
    }

    package struct CategoryCount: Codable, Sendable, Hashable {
        package var category: Category
        /// Incidents opened, without tests.
        package var raised: Int
        /// Their activations beyond the first of each.
        package var repeats: Int
        /// Incidents opened by tests.
        package var tests: Int

        package init(category: Category, raised: Int, repeats: Int, tests: Int) {
            self.category = category
            self.raised = raised
            self.repeats = repeats
            self.tests = tests
        }
    }

    /// Incidents not closed at the end, without tests, whenever they were opened.
    package struct Open: Codable, Sendable, Hashable {
        package var total: Int
        package var byPriority: [PriorityCount]
        /// When the oldest was opened; nil: none is open, or none could be dated.
        package var oldest: String?

        package init(total: Int, byPriority: [PriorityCount], oldest: String?) {
            self.total = total
            self.byPriority = byPriority
            self.oldest = oldest
        }

        private enum CodingKeys: String, CodingKey {
            case total, oldest
            case byPriority = "by_priority"
        }
    }

    package struct PriorityCount: Codable, Sendable, Hashable {
        package var priority: Priority
        package var count: Int

        package init(priority: Priority, count: Int) {
            self.priority = priority
            self.count = count
        }
    }

    /// An incident that was open at the end, as it stood when the report was made.
    package struct OpenItem: Codable, Sendable, Hashable {
        package var incident: EventID
        package var category: Category
        package var incidentClass: IncidentClass
        package var priority: Priority
        package var point: PointID?
        package var device: DeviceID?
        package var count: Int
        /// nil: it could not be dated.
        package var opened: String?
        package var state: IncidentState
        /// Whether its input was normal again.
        package var restored: Bool
        /// The targets that have it.
        package var tickets: [Ticket]

        package init(_ incident: Incident, opened: String?) {
            self.incident = incident.id
            category = incident.category
            incidentClass = incident.incidentClass
            priority = incident.priority
            point = incident.point
            device = incident.device
            count = incident.count
            self.opened = opened
            state = incident.state
            restored = incident.restored != nil
            tickets = incident.targets.filter { !$0.isHandedOver }.map {
                Ticket(target: $0.target, delivery: $0.delivery, ticket: $0.ticket)
            }
        }

        private enum CodingKeys: String, CodingKey {
            case incident, category, priority, point, device, count, opened, state, restored, tickets
            case incidentClass = "class"
        }
    }

    package struct Ticket: Codable, Sendable, Hashable {
        package var target: TargetID
        package var delivery: Delivery
        package var ticket: String?

        package init(target: TargetID, delivery: Delivery, ticket: String?) {
            self.target = target
            self.delivery = delivery
            self.ticket = ticket
        }
    }

    /// Incidents closed in the period, without tests, whenever they were opened.
    package struct Closed: Codable, Sendable, Hashable {
        package var total: Int
        /// Of these, those closed by somebody at the booth.
        package var locally: Int
        /// Outcomes of at least two incidents, the most frequent first; 20 at most.
        package var outcomes: [Outcome]
        /// Incidents with other outcomes. An outcome that was written once may be about one person, so it is not shown.
        package var otherOutcomes: Int
        /// The time from opening to end.
        package var duration: Spans

        package init(total: Int, locally: Int, outcomes: [Outcome], otherOutcomes: Int, duration: Spans) {
            self.total = total
            self.locally = locally
            self.outcomes = outcomes
            self.otherOutcomes = otherOutcomes
            self.duration = duration
        }

        private enum CodingKeys: String, CodingKey {
            case total, locally, outcomes, duration
            case otherOutcomes = "other_outcomes"
        }
    }

    package struct Outcome: Codable, Sendable, Hashable {
        package var outcome: String
        package var count: Int

        package init(outcome: String, count: Int) {
            self.outcome = outcome
            self.count = count
        }
    }

    package struct Fault: Codable, Sendable, Hashable {
        package var device: DeviceID
        package var category: Category
        /// How many of its faults stood at some time in the period.
        package var count: Int
        /// Whole seconds of the period in which a fault stood. A fault that could not be dated adds none.
        package var seconds: Int64
        /// Whether a fault stood at the end.
        package var stands: Bool
        /// Its faults that could not be dated.
        package var undated: Int

        package init(
            device: DeviceID, category: Category, count: Int, seconds: Int64, stands: Bool, undated: Int
        ) {
            self.device = device
            self.category = category
            self.count = count
            self.seconds = seconds
            self.stands = stands
            self.undated = undated
        }
    }

    /// Times without an agent, as far as they are known.
    package struct Outages: Codable, Sendable, Hashable {
        package var count: Int
        /// Whole seconds of the period.
        package var seconds: Int64

        package init(count: Int, seconds: Int64) {
            self.count = count
            self.seconds = seconds
        }
    }
}
