// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// What came of one request on a bus.
enum BusAnswer {
    case words([UInt16])
    /// The unit's refusal, with its code (Modbus Application Protocol 1.1b3, 7).
    case exception(UInt8, ModbusError)
    /// No answer in time, or nothing but frames that are none.
    case nothing(ModbusError)
    /// The connection broke and is closed; the request may be made again at once.
    case broken
    /// There is no connection, or it breaks each time; nothing is to be asked before `retryAt`.
    case down(ModbusError, retryAt: BootTime)
}

/// When a connection that failed is opened again: after a pause that grows, at random within it, so that a thousand
/// booths do not knock together. Told the time.
struct ReopenPause {
    static let first = Duration.milliseconds(100)
    static let longest = Duration.seconds(5)

    private var failures = 0
    /// Whether the open connection carried a request to its end.
    private(set) var isProven = false

    /// A request came to its end: an answer, a refusal, or a silence that lasted.
    mutating func prove() {
        isProven = true
        failures = 0
    }

    /// A new connection was opened.
    mutating func open() {
        isProven = false
    }

    /// The connection broke.
    ///
    /// - Returns: nil where it was good before: gateways close what idles, and it may be opened at once.
    mutating func lose(_ error: ModbusError, at now: BootTime) -> BusAnswer {
        guard !isProven else {
            isProven = false
            return .broken
        }
        return fail(error, at: now)
    }

    /// The connection could not be opened, or is of no use.
    mutating func fail(_ error: ModbusError, at now: BootTime) -> BusAnswer {
        isProven = false
        failures += 1
        let most = min(Self.longest, Self.first * (1 << min(failures - 1, 10)))
        return .down(error, retryAt: now + .nanoseconds(Int64.random(in: 0...most.nanoseconds)))
    }
}
