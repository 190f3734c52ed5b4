// SPDX-License-Identifier: Apache-2.0

/// The CloudEvents `type` of the booth's events; docs/events has a schema for each.
package enum EventType: String, Sendable, Codable, CaseIterable {
    case incidentRaised = "cn.boothd.incident.raised.v1"
    case incidentUpdated = "cn.boothd.incident.updated.v1"
    case incidentRestored = "cn.boothd.incident.restored.v1"
    case incidentClosed = "cn.boothd.incident.closed.v1"
    case taskDone = "cn.boothd.task.done.v1"
    /// The report on the day before.
    case dailyReport = "cn.boothd.report.daily.v1"
    /// Events were lost, or may have been; `Loss.Reason` says how.
    case loss = "cn.boothd.loss.v1"
    /// The heartbeat: sent at once or not at all, never recorded.
    case status = "cn.boothd.status.v1"
    /// Kept in the booth only: a street door, a door during attendance.
    case record = "cn.boothd.record.v1"
}
