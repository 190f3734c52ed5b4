// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Something that the agent must do. The agent carries effects out in order, and decides nothing itself.
package enum Effect: Sendable {
    /// Record it; `Input.recorded` tells when it is on disk.
    case record(JournalEntry)
    /// Send `Input.reached` with the token once everything recorded so far is on disk, or the disk refuses it.
    case afterRecording(Token)
    /// Ask the journal to answer from its file; `Input.answered` brings the answer.
    case ask(JournalQuestion)
    case makeReport(ReportOrder)
    /// Set how many bytes the journal's files may take.
    case setStorageLimit(Int64)

    /// A target can send: ask the journal for a batch.
    case fetch(FetchRequest, for: TargetID)
    /// The target starts to send these events.
    case noteAttempt([EventID], by: TargetID)
    /// The attempt to send these events ended without an answer.
    case noteReturn([EventID], by: TargetID)
    /// Send a status event now; it is never queued.
    case sendStatus(EventID, body: String, to: TargetID)
    /// Let the target try to send at once.
    case retryNow(TargetID)
    /// Start to poll the target for tasks, after the cursor.
    case startTasks(TargetID, after: String?)
    /// The last tasks are recorded: poll for the next ones.
    case nextTasks(TargetID)

    case drive(output: OutputConfiguration, isOn: Bool)
    /// Close a bus for a client. Its points report the fault meanwhile.
    case lendBus(String, DeviceFault, to: Input.CallID)
    case takeBackBus(String)
    case readBus(ModbusRead, for: Input.CallID)

    case reply(Input.CallID, ControlAnswer)
    /// The next step of a walk test.
    case tell(Input.CallID, TestStep)

    case log(LogEntry)
    /// The agent is in service: tell the service manager, with a line for `systemctl status`.
    case ready(String)
    case showStatus(String)

    /// Store the configuration in service, for later starts.
    case keepConfiguration
    case readConfiguration
    /// Start the core over with the configuration that was read last.
    case startOver
    /// Return freed memory to the system.
    case releaseMemory
}

/// Something that waits until everything recorded before it is on disk.
package enum Token: Sendable, Hashable {
    /// The answer to an act.
    case answer(Input.CallID, ControlAnswer)
    /// The tasks of one answer of a target, and how many events they led to. The outputs are driven then, and the next
    /// tasks polled.
    case tasks(TargetID, [OutputOrder], events: Int)
    /// A press of the walk test.
    case testedPress(EventID)
}

/// A question that only the journal's file can answer.
package enum JournalQuestion: Sendable, Hashable {
    /// The newest events, oldest first.
    case recentEvents(limit: Int, Input.CallID)
    /// Incidents that are not closed; with `all` also the newest closed ones.
    case incidents(all: Bool, Input.CallID)
    /// One incident, closed or not.
    case incident(EventID, Input.CallID)
    /// Why an act on that incident is refused: it does not exist, or it is closed.
    case refusedIncident(EventID, Input.CallID)
    /// The queue of each target, with at most `limit` items of each.
    case queues(limit: Int, Input.CallID)
    /// Whether the journal still is what was recorded. `full`: all of it, not only what came since the last daily
    /// report.
    case verify(full: Bool, Input.CallID)
    /// Put rejected events back into their queues: one event; nil: all.
    case retry(EventID?, Input.CallID)
    /// Which incident a receipt is about.
    case incidentOf(Receipt, from: TargetID)
}

/// The journal's answer to a `JournalQuestion`. Nil means that the disk refuses to read. An empty list means that there
/// is nothing.
package enum JournalAnswer: Sendable {
    case recentEvents([RecentEvent]?, Input.CallID)
    case incidents([Incident]?, all: Bool, Input.CallID)
    /// An empty list: no incident has that id.
    case incident(EventID, [Incident]?, Input.CallID)
    case refusedIncident(EventID, [Incident]?, Input.CallID)
    case queues([QueueListing], Input.CallID)
    case verified(ChainFindings?, full: Bool, Input.CallID)
    case retried([PutBack]?, asked: EventID?, Input.CallID)
    case incidentOf(Receipt, from: TargetID, EventID?)

    /// A rejected event that is queued again for its target.
    package struct PutBack: Sendable, Hashable {
        package var target: TargetID
        package var event: EventID

        package init(target: TargetID, event: EventID) {
            self.target = target
            self.event = event
        }
    }
}

/// An order to make a report from the journal's history.
package struct ReportOrder: Sendable {
    /// Who asked for the report.
    package enum Purpose: Sendable, Hashable {
        /// The platforms: the daily report.
        case day(CivilDate)
        case call(Input.CallID)
    }

    package var purpose: Purpose
    package var period: ReportPeriod
    package var points: [WatchedPoint]
    package var outages: [BoothMemory.Outage]
    package var moment: Moment

    /// The span of history that the report needs. `from` is included, `to` is not.
    package var from: WallTime { period.lookBack(in: moment.zone) }
    package var to: WallTime { period.to(in: moment.zone) }
}
