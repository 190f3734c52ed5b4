// SPDX-License-Identifier: Apache-2.0

/// The answer to `GetStatus`: one screen of the whole booth.
package struct StatusReply: Codable, Sendable, Hashable {
    /// The booth's state in a word.
    package enum State: String, Codable, Sendable {
        case starting
        case inService = "in-service"
        /// In service, but not all is well; `reasons` say why.
        case degraded
    }

    /// How far the booth trusts its clock.
    package struct Clock: Codable, Sendable, Hashable {
        package var state: ClockState
    }

    /// The disk under the journal.
    package struct Storage: Codable, Sendable, Hashable {
        /// `full`: the journal has reached its limit; `fault`: the disk refuses to write.
        package enum State: String, Codable, Sendable {
            case ok, full, fault
        }

        package var state: State
        /// What the journal takes on disk.
        package var bytes: Int64
        /// Most that it may take.
        package var limit: Int64
        /// Start of its history, RFC 3339; nil: it has none, or no file is open.
        @Nullable package var historyFrom: String?
        /// Days until it is full at the last day's rate, and the oldest history must go; nil: not known yet.
        @Nullable package var daysLeft: Int?

        package init(
            state: State, bytes: Int64, limit: Int64, historyFrom: String? = nil, daysLeft: Int? = nil
        ) {
            self.state = state
            self.bytes = bytes
            self.limit = limit
            self.historyFrom = historyFrom
            self.daysLeft = daysLeft
        }

        private enum CodingKeys: String, CodingKey {
            case state, bytes, limit
            case historyFrom = "history_from"
            case daysLeft = "days_left"
        }
    }

    /// A device that is lost, or gives impossible values.
    package struct Fault: Codable, Sendable, Hashable {
        /// As incidents name it: `modbus:inside`, `modbus:inside/2`.
        package var device: DeviceID
        package var code: DeviceFault.Code
        package var message: Message

        private enum CodingKeys: String, CodingKey {
            case device, code, message
            case messageInChinese = "message_zh"
        }

        package init(device: DeviceID, _ fault: DeviceFault) {
            self.device = device
            code = fault.code
            message = fault.message
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            device = try container.decode(DeviceID.self, forKey: .device)
            code = try container.decode(DeviceFault.Code.self, forKey: .code)
            message = Message(
                zh: try container.decode(String.self, forKey: .messageInChinese),
                en: try container.decode(String.self, forKey: .message))
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(device, forKey: .device)
            try container.encode(code, forKey: .code)
            try container.encode(message.en, forKey: .message)
            try container.encode(message.zh, forKey: .messageInChinese)
        }
    }

    /// The booth's code and name, as configured.
    package var booth: String
    package var name: String
    package var state: State
    /// Whether sensing and journal run.
    package var inService: Bool
    /// Why it is degraded; empty: it is not.
    package var reasons: [Message]
    /// What somebody should do although nothing is wrong, such as try a point; often empty.
    package var hints: [Message]
    /// The kernel's boot id, 32 hexadecimal digits; a new one after each start of the machine.
    package var bootID: String
    package var version: String
    /// Whole seconds since the agent started.
    package var uptimeSeconds: Int
    package var clock: Clock
    /// The booth's zone, an IANA name.
    package var timeZone: String
    /// Whether officers are in; nil: the agent does not know yet.
    package var attendance: AttendanceStatus?
    package var storage: Storage
    /// In the configuration's order.
    package var points: [PointStatus]
    /// Incidents that are not closed.
    package var open: Int
    /// In the configuration's order.
    package var targets: [TargetStatus]
    /// In order of device.
    package var faults: [Fault]

    package init(
        booth: String, name: String, state: State, inService: Bool, reasons: [Message],
        hints: [Message] = [], bootID: String, version: String, uptimeSeconds: Int, clock: ClockState,
        timeZone: String = Booth.usualTimeZone, attendance: AttendanceStatus? = nil, storage: Storage,
        points: [PointStatus], open: Int, targets: [TargetStatus], faults: [Fault] = []
    ) {
        self.booth = booth
        self.name = name
        self.state = state
        self.inService = inService
        self.reasons = reasons
        self.hints = hints
        self.bootID = bootID
        self.version = version
        self.uptimeSeconds = uptimeSeconds
        self.clock = Clock(state: clock)
        self.timeZone = timeZone
        self.attendance = attendance
        self.storage = storage
        self.points = points
        self.open = open
        self.targets = targets
        self.faults = faults
    }
}

extension StatusReply {
    private enum CodingKeys: String, CodingKey {
        case booth, name, state
        case inService = "in_service"
        case reasons
        case reasonsInChinese = "reasons_zh"
        case hints
        case hintsInChinese = "hints_zh"
        case bootID = "boot_id"
        case version
        case uptimeSeconds = "uptime_s"
        case clock
        case timeZone = "time_zone"
        case attendance, storage, points, open, targets, faults
    }

    /// `reasons` is in English, and `reasons_zh` has the same entries in Chinese, so that the call needs no language.
    /// The same is true for `hints`.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(booth, forKey: .booth)
        try container.encode(name, forKey: .name)
        try container.encode(state, forKey: .state)
        try container.encode(inService, forKey: .inService)
        try container.encode(reasons.map(\.en), forKey: .reasons)
        try container.encode(reasons.map(\.zh), forKey: .reasonsInChinese)
        try container.encode(hints.map(\.en), forKey: .hints)
        try container.encode(hints.map(\.zh), forKey: .hintsInChinese)
        try container.encode(bootID, forKey: .bootID)
        try container.encode(version, forKey: .version)
        try container.encode(uptimeSeconds, forKey: .uptimeSeconds)
        try container.encode(clock, forKey: .clock)
        try container.encode(timeZone, forKey: .timeZone)
        try container.encode(attendance, forKey: .attendance)
        try container.encode(storage, forKey: .storage)
        try container.encode(points, forKey: .points)
        try container.encode(open, forKey: .open)
        try container.encode(targets, forKey: .targets)
        try container.encode(faults, forKey: .faults)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func messages(_ english: CodingKeys, _ chinese: CodingKeys) throws -> [Message] {
            let english = try container.decodeIfPresent([String].self, forKey: english) ?? []
            let chinese = try container.decodeIfPresent([String].self, forKey: chinese) ?? english
            return zip(chinese, english).map { Message(zh: $0, en: $1) }
        }
        self.init(
            booth: try container.decode(String.self, forKey: .booth),
            name: try container.decode(String.self, forKey: .name),
            state: try container.decode(State.self, forKey: .state),
            inService: try container.decode(Bool.self, forKey: .inService),
            reasons: try messages(.reasons, .reasonsInChinese), hints: try messages(.hints, .hintsInChinese),
            bootID: try container.decode(String.self, forKey: .bootID),
            version: try container.decode(String.self, forKey: .version),
            uptimeSeconds: try container.decode(Int.self, forKey: .uptimeSeconds),
            clock: try container.decode(Clock.self, forKey: .clock).state,
            timeZone: try container.decode(String.self, forKey: .timeZone),
            attendance: try container.decodeIfPresent(AttendanceStatus.self, forKey: .attendance),
            storage: try container.decode(Storage.self, forKey: .storage),
            points: try container.decode([PointStatus].self, forKey: .points),
            open: try container.decode(Int.self, forKey: .open),
            targets: try container.decode([TargetStatus].self, forKey: .targets),
            faults: try container.decode([Fault].self, forKey: .faults))
    }
}
