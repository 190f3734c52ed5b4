// SPDX-License-Identifier: Apache-2.0

/// What the daemon answers.
package enum ControlAnswer: Sendable, Hashable {
    case status(StatusReply)
    case points(PointsReply)
    case incidents(IncidentsReply)
    case queue(QueueReply)
    /// Oldest first.
    case events([RecentEvent])
    /// The bus is lent to the client until its connection ends.
    case lent
    /// In order of address; a bit is 0 or 1.
    case values([UInt16])
    case report(BoothReport)
    case verified(VerifyReply)
    /// The incident as it stands after an act.
    case incident(IncidentStatus)
    /// The attendance after an act.
    case attendance(AttendanceStatus)
    /// What is sent again, target by target.
    case retried([RetriedTarget])
    /// A walk test has begun. Its steps follow until the connection or the test ends.
    case testing(TestStep)
    case refused(ControlError)
}
