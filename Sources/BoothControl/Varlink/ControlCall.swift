// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What a client asks of the agent; the daemon answers each through its `ControlReplier`.
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

/// A read of neighbouring values of a unit.
package struct ModbusRead: Sendable, Hashable {
    /// The bus's name.
    package var bus: String
    /// 0...255.
    package var unit: Int
    package var table: ModbusTable
    /// Zero-based on the wire, 0...65535.
    package var address: Int
    /// 1...2000 bits or 1...125 registers.
    package var count: Int
    /// Where the caller takes the bus to be; nil where it does not know.
    package var line: BusLine?

    /// Nil where a number is out of its range.
    package init?(bus: String, unit: Int, table: ModbusTable, address: Int, count: Int) {
        guard (0...255).contains(unit), (0...65_535).contains(address), (1...table.mostInOneRead).contains(count),
            address + count <= 65_536
        else { return nil }
        self.bus = bus
        self.unit = unit
        self.table = table
        self.address = address
        self.count = count
    }
}

extension ModbusTable {
    /// Most values that one request may read (Modbus Application Protocol 1.1b3, 6.1 to 6.4).
    package var mostInOneRead: Int { isRegisters ? 125 : 2000 }
}

/// Something that a client has as long as its connection lives: a bus, a walk test. When the last reference is gone, the
/// agent takes it back: an answer that reaches nobody, a connection that ends, a server that stops.
package final class Hold: Sendable {
    private let takeBack: @Sendable () -> Void

    /// - Parameter takeBack: called once, on any thread; must not block.
    package init(takeBack: @escaping @Sendable () -> Void) {
        self.takeBack = takeBack
    }

    deinit {
        takeBack()
    }
}

/// One event as `events` shows it.
package struct RecentEvent: Sendable, Hashable {
    /// Rises with occurrence: `EventID.key`.
    package var key: Int64
    /// The CloudEvent, given to clients as it stands.
    package var json: String

    package init(key: Int64, json: String) {
        self.key = key
        self.json = json
    }
}

/// What the daemon answers.
package enum ControlAnswer: Sendable {
    case status(StatusReply)
    case points(PointsReply)
    case incidents(IncidentsReply)
    case queue(QueueReply)
    /// Oldest first.
    case events([RecentEvent])
    /// The bus is the client's as long as its connection keeps the loan.
    case lent(Hold)
    /// In order of address; a bit is 0 or 1.
    case values([UInt16])
    case report(BoothReport)
    case verified(VerifyReply)
    /// The incident as it stands after an act.
    case incident(IncidentStatus)
    /// What the booth goes by after an act.
    case attendance(AttendanceStatus)
    /// What is tried again, target by target.
    case retried([RetriedTarget])
    /// A walk test has begun; its steps are told until the connection, or the test, ends.
    case testing(TestStep, Hold)
    case refused(ControlError)
}
