// SPDX-License-Identifier: Apache-2.0

/// How a Modbus unit has answered since the agent started.
package struct UnitCounters: Sendable, Hashable, Codable {
    /// What is known of the unit now.
    package enum State: String, Sendable, Codable {
        /// Not asked yet.
        case unknown
        case answering
        /// It missed a poll, and is not lost yet.
        case missing
        /// Lost: asked again in the bus's spare time.
        case silent
    }

    package var bus: String
    /// 0...255.
    package var unit: Int
    package var state: State = .unknown
    /// Requests made, the repeated ones too.
    package var requests = 0
    /// Requests without an answer in time.
    package var timeouts = 0
    /// Answers with a wrong checksum, length, unit or transaction.
    package var crc = 0
    /// Answers that were exceptions.
    package var exceptions = 0
    /// The time from before a request is sent to the end of its answer, over the latest answers, a few thousand, in
    /// milliseconds; nil before the first.
    package var roundTripP50: Double?
    package var roundTripP99: Double?

    package enum CodingKeys: String, CodingKey {
        case bus, unit, state, requests, timeouts, crc, exceptions
        case roundTripP50 = "round_trip_p50_ms"
        case roundTripP99 = "round_trip_p99_ms"
    }

    package init(bus: String, unit: Int) {
        self.bus = bus
        self.unit = unit
    }
}
