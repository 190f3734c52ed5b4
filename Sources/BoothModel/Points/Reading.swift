// SPDX-License-Identifier: Apache-2.0

/// What a point's input says.
package enum PointState: String, Sendable, Codable {
    case normal
    case active
    /// A supervised loop whose resistance is missing: somebody bridged it.
    case short
    /// A supervised loop that is open: somebody cut it.
    case cut
    /// Never read yet.
    case unknown
}

/// How far a reading can be believed.
package enum Quality: String, Sendable, Codable {
    /// Read as lately as its source should give it.
    case good
    /// The last value known; its source does not answer.
    case stale
    /// There is no believable value: the line is missing, the unit refuses the address.
    case fault
}

/// What a point is known to be, from one instant on.
package struct Reading: Sendable, Hashable, Codable {
    package var point: PointID
    package var state: PointState
    /// The bit or register as read, before `active`; nil where nothing was ever read.
    package var value: Int?
    package var quality: Quality
    /// When it changed, as near as its source can tell: a GPIO edge by the kernel's stamp, a register by its answer.
    package var at: BootTime

    package init(point: PointID, state: PointState, value: Int?, quality: Quality, at: BootTime) {
        self.point = point
        self.state = state
        self.value = value
        self.quality = quality
        self.at = at
    }
}

/// A device lost or found as one; the points on it become stale or good with it.
package struct DeviceReport: Sendable, Hashable {
    /// What became of it.
    package enum Condition: Sendable, Hashable {
        case found
        case lost(DeviceFault)
    }

    package var device: DeviceID
    package var condition: Condition
    package var at: BootTime

    package init(device: DeviceID, condition: Condition, at: BootTime) {
        self.device = device
        self.condition = condition
        self.at = at
    }
}

/// Why a device is lost: a stable word for machines, and a sentence with the next step for people.
package struct DeviceFault: Sendable, Hashable, Codable {
    /// What kind of trouble, for machines; the same code again is no news.
    package enum Code: String, Sendable, Codable {
        /// The file, chip, line or host is not there.
        case missing
        /// Somebody else holds it.
        case busy
        /// This process may not open it.
        case denied
        /// It does not answer.
        case silent
        /// It answers that it has no such thing, or that it failed.
        case refused
        /// Its contact does not rest.
        case chattering
        /// It stays active for longer than anybody presses.
        case stuck
        /// The supervised loop is open: somebody or something cut it.
        case cut
        /// The supervised loop is bridged.
        case short
        /// It was there and its connection broke.
        case disconnected
        /// It says what cannot be: a value out of range, a guard register with another value.
        case implausible
        /// The line hears its own requests.
        case echo
        /// A technician's tool has it for a while.
        case lent
        /// An output does not show what was written to it.
        case unwritten
        /// The wall clock follows no reference.
        case unsynchronised
    }

    package var code: Code
    /// What is wrong, and after a semicolon the next step.
    package var message: Message

    package init(_ code: Code, _ message: Message) {
        self.code = code
        self.message = message
    }
}

/// Changes of a point that the kernel could not keep: its level is known again, what happened in between is not.
package struct MissedEdges: Sendable, Hashable {
    package var point: PointID
    /// How many, as the kernel counted them; nil where it does not count and some may be missing.
    package var count: UInt64?
    /// When it was noticed.
    package var at: BootTime

    package init(point: PointID, count: UInt64?, at: BootTime) {
        self.point = point
        self.count = count
        self.at = at
    }
}

/// Activations that a unit counted for the agent: each was a whole press, active and normal again.
package struct CountedPresses: Sendable, Hashable {
    package var point: PointID
    /// How many since the last report, 1 or more.
    package var count: Int
    /// The counter as read, 0...65535.
    package var value: Int
    /// When the unit told.
    package var at: BootTime

    package init(point: PointID, count: Int, value: Int, at: BootTime) {
        self.point = point
        self.count = count
        self.value = value
        self.at = at
    }
}

/// What a driver tells the agent.
package enum SensorReport: Sendable, Hashable {
    case reading(Reading)
    /// A counting input went on; its readings are always `normal` and carry the counter's value.
    case counted(CountedPresses)
    case device(DeviceReport)
    /// Edges were lost; the readings around it are in order.
    case missed(MissedEdges)
    /// A point changes faster than any contact can: its driver reads it at a slow pace for a while.
    case flood(PointID, at: BootTime)
}
