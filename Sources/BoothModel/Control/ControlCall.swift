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
    /// The bus of that name for the caller alone, until its connection ends; refused where it is not on `line`.
    case lendBus(String, line: BusLine? = nil)
    /// One read of a unit, made between two polls.
    case readModbus(ModbusRead)
    /// What happened in the day, week or month that the date belongs to; nil: today.
    case report(ReportPeriod.Kind, on: CivilDate?)
    /// Whether the journal is what was recorded: all that is kept, or what came since the last daily report.
    case verify(full: Bool)
    /// Something that is recorded with who did it.
    case act(Act)
    /// What each press on a point, or on any, becomes, until the connection ends; only a press of then is a test.
    case test(PointID?)

    /// Whether only root, the agent's user and group `booth-operator` may call it. Reads of a unit count: some units
    /// forget what they counted once it is read.
    package var needsAuthority: Bool {
        switch self {
        case .act, .test, .lendBus, .readModbus: true
        case .status, .points, .incidents, .queue, .events, .report, .verify: false
        }
    }
}
