// SPDX-License-Identifier: Apache-2.0

/// What a client asks of the agent.
package enum ControlCall: Sendable, Hashable {
    case status
    case points
    /// One incident, open or closed; or all that are open; or all.
    case incidents(EventID?, all: Bool)
    case queue
    /// The newest events, 100 or more, oldest first.
    case events
    /// Lend the bus of that name to the caller, until its connection ends. Refused if the bus is not on `line`.
    case lendBus(String, line: BusLine? = nil)
    /// One read of a unit, made between two polls.
    case readModbus(ModbusRead)
    /// A report on the day, week or month that the date belongs to; nil: today.
    case report(ReportPeriod.Kind, on: CivilDate?)
    /// Whether the journal still is what was recorded: all of it, or what came since the last daily report.
    case verify(full: Bool)
    /// An act, which is recorded with the name of the person.
    case act(Act)
    /// A walk test of one point; nil: of all points. Until the connection ends, each press is a test, and every step of
    /// it is reported.
    case test(PointID?)

    /// Whether only root, the agent's user and group `booth-operator` may call it. This includes reads of a unit,
    /// because some units reset a counter when it is read.
    package var needsAuthority: Bool {
        switch self {
        case .act, .test, .lendBus, .readModbus: true
        case .status, .points, .incidents, .queue, .events, .report, .verify: false
        }
    }
}
