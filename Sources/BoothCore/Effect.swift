// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What is to be done, in order. Whoever carries effects out decides nothing.
package enum Effect: Sendable {
    /// Record it; `Input.recorded` tells when it is on disk.
    case record(JournalEntry)
    /// Tell `Input.reached` with the token once everything recorded so far is on disk, or the disk refuses it.
    case afterRecording(Token)
    /// Have the journal answer from its file.
    case ask(JournalQuestion)
    case makeReport(ReportOrder)
    /// Let the journal's files take so many bytes.
    case setStorageLimit(Int64)

    /// A target can send; the journal gives it a batch.
    case fetch(FetchRequest, for: TargetID)
    /// The target begins to send these.
    case noteAttempt([EventID], by: TargetID)
    /// These came back without an answer.
    case noteReturn([EventID], by: TargetID)
    /// Send a status event now; it is never queued.
    case sendStatus(EventID, body: String, to: TargetID)
    /// Try at once.
    case retryNow(TargetID)
    /// Ask for tasks from now on, after the cursor.
    case startTasks(TargetID, after: String?)
    /// The last tasks are kept: ask for the next ones.
    case nextTasks(TargetID)

    case drive(output: OutputConfiguration, isOn: Bool)
    /// Close a bus for a client; `fault` says of its points why.
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

    /// Keep the configuration that is in service for later starts.
    case keepConfiguration
    case readConfiguration
    /// Take up the configuration that was read last, by starting over.
    case startOver
    /// Give memory that was freed back to the system.
    case releaseMemory
}

/// What waits until everything recorded before it is on disk.
package enum Token: Sendable, Hashable {
    /// The answer to an act.
    case answer(Input.CallID, ControlAnswer)
    /// The tasks of one answer of a target, which led to so many events: outputs may move, and the next tasks come.
    case tasks(TargetID, [OutputOrder], events: Int)
    /// A press of the walk test.
    case testedPress(EventID)
}

/// What only the journal's file can say.
package enum JournalQuestion: Sendable, Hashable {
    /// The newest events, oldest first.
    case recentEvents(limit: Int, Input.CallID)
    /// Incidents that are not closed, and with `all` the newest closed ones.
    case incidents(all: Bool, Input.CallID)
    /// One incident, closed or not.
    case incident(EventID, Input.CallID)
    /// Why an act on that incident is refused: there is none, or it has ended.
    case refusedIncident(EventID, Input.CallID)
    /// What waits for each target, so many items of each.
    case queues(limit: Int, Input.CallID)
    /// Whether the journal is what was recorded.
    case verify(full: Bool, Input.CallID)
    /// Put what targets refused back into their queues: one event, or all.
    case retry(EventID?, Input.CallID)
    /// Which incident a receipt is about.
    case incidentOf(Receipt, from: TargetID)
}

/// The journal's answer to a `JournalQuestion`; nil where the disk refuses to say, which is not the same as nothing.
package enum JournalAnswer: Sendable {
    case recentEvents([RecentEvent]?, Input.CallID)
    case incidents([Incident]?, all: Bool, Input.CallID)
    /// An empty list where there is none of that id.
    case incident(EventID, [Incident]?, Input.CallID)
    case refusedIncident(EventID, [Incident]?, Input.CallID)
    case queues([QueueListing], Input.CallID)
    case verified(ChainFindings?, full: Bool, Input.CallID)
    case retried([PutBack]?, asked: EventID?, Input.CallID)
    case incidentOf(Receipt, from: TargetID, EventID?)

    /// An event that waits again for a target that had refused it.
    package struct PutBack: Sendable, Hashable {
        package var target: TargetID
        package var event: EventID

        package init(target: TargetID, event: EventID) {
            self.target = target
            self.event = event
        }
    }
}

/// A report that is to be made of the journal's history.
package struct ReportOrder: Sendable {
    /// Whom it is for.
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

    /// The span of history that it takes: from the first instant on, to the second one without it.
    package var from: WallTime { period.lookBack(in: moment.zone) }
    package var to: WallTime { period.to(in: moment.zone) }
}
