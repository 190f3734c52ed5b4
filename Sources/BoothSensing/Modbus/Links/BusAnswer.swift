// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

enum BusAnswer {
    case words([UInt16])
    /// The unit refused, with this exception code (Modbus Application Protocol 1.1b3, 7).
    case exception(UInt8, ModbusError)
    /// No answer in time, or only bad frames.
    case nothing(ModbusError)
    /// The connection broke and is closed. The request may be repeated at once.
    case broken
    /// There is no connection, or it keeps breaking. Make no request before `retryAt`.
    case down(ModbusError, retryAt: BootTime)
}

/// When to reconnect after a failure: after a random pause, whose limit doubles up to `longest`, so that a thousand
/// booths do not reconnect at the same moment. Pure: gets the time.
struct ReopenPause {
    static let first = Duration.milliseconds(100)
    static let longest = Duration.seconds(5)

    private var failures = 0
    /// Whether the current connection has completed a request.
    private(set) var isProven = false

    /// A request was completed: an answer, an exception or a timeout.
    mutating func prove() {
        isProven = true
        failures = 0
    }

    mutating func open() {
        isProven = false
    }

    /// The connection broke.
    ///
    /// - Returns: `.broken` if the connection had worked: gateways close idle connections, so reconnect at once.
    ///   Otherwise `.down`.
    mutating func lose(_ error: ModbusError, at now: BootTime) -> BusAnswer {
        guard !isProven else {
            isProven = false
            return .broken
        }
        return fail(error, at: now)
    }

    /// The connection could not be opened, or is unusable.
    mutating func fail(_ error: ModbusError, at now: BootTime) -> BusAnswer {
        isProven = false
        failures += 1
        let most = min(Self.longest, Self.first * (1 << min(failures - 1, 10)))
        return .down(error, retryAt: now + .nanoseconds(Int64.random(in: 0...most.nanoseconds)))
    }
}
