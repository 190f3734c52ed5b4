// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// The connection of a serial bus. Opened when needed; closed when requests and answers may be out of step.
struct SerialLink: ~Copyable {
    /// How many times in a row a request must come back before it counts as an echo and not as noise.
    static let echoes = 3

    private let endpoint: ModbusEndpoint
    private let responseTimeout: Duration
    private let ledger: UnitLedger
    private var connection: ModbusConnection?
    private var pause = ReopenPause()
    private var echoesInARow = 0

    init(_ configuration: ModbusBusConfiguration, ledger: UnitLedger) {
        endpoint = ModbusEndpoint(configuration.transport)
        responseTimeout = configuration.responseTimeout
        self.ledger = ledger
    }

    /// The longest time `ask` takes: the request, the wait for a silent line, and the repeated request.
    static func longestAsking(_ line: SerialLine, responseTimeout: Duration) -> Duration {
        responseTimeout * 4 + line.time(of: 256) * 4
    }

    /// Makes one request, on a new connection if there is none.
    ///
    /// - Parameter mayRepeat: whether to repeat the request when its answer was damaged on the way.
    mutating func ask(_ request: ModbusRequest, within span: Duration, mayRepeat: Bool) -> BusAnswer {
        do throws(ModbusError) {
            if connection == nil { try open() }
        } catch {
            return pause.fail(error, at: .now())
        }
        do throws(ModbusError) {
            return .words(try words(request, within: span, mayRepeat: mayRepeat))
        } catch {
            return answer(of: error)
        }
    }

    mutating func close() {
        connection = nil
    }

    /// The units heard without being asked, since the last call.
    mutating func takeForeignUnits() -> Set<Int> {
        connection?.takeForeignUnits() ?? []
    }

    private mutating func open() throws(ModbusError) {
        connection = try ModbusConnection(to: endpoint, responseTimeout: responseTimeout)
        pause.open()
    }

    private mutating func words(
        _ request: ModbusRequest, within span: Duration, mayRepeat: Bool
    ) throws(ModbusError) -> [UInt16] {
        do throws(ModbusError) {
            return try exchange(request, within: span)
        } catch {
            // The answer came, only its checksum is wrong. Nothing more will come, so the request can be repeated.
            // After other noise an answer may still come, and it would look like the answer to the repeated request.
            guard mayRepeat, error.isSpoiledAnswer else { throw error }
            return try exchange(request, within: span)
        }
    }

    private mutating func exchange(_ request: ModbusRequest, within span: Duration) throws(ModbusError) -> [UInt16] {
        let began = BootTime.now()
        do throws(ModbusError) {
            let words = try connection?.exchange(request, within: span)
            ledger.count(.answer(roundTrip: .now() - began), of: request.unit)
            prove()
            return words ?? []
        } catch {
            if let mark = UnitLedger.Mark(error, roundTrip: .now() - began) { ledger.count(mark, of: request.unit) }
            throw error
        }
    }

    private mutating func answer(of error: ModbusError) -> BusAnswer {
        if let exception = error.exception {
            prove()
            return .exception(exception, error)
        }
        if error.isEcho {
            echoesInARow += 1
            connection = nil
            return echoesInARow >= Self.echoes ? pause.fail(error, at: .now()) : .nothing(error)
        }
        if error.isTimeout || error.isBadFrame {
            prove()
            // After a bad frame, requests and answers may be out of step.
            if error.isBadFrame { connection = nil }
            return .nothing(error)
        }
        connection = nil
        return pause.lose(error, at: .now())
    }

    private mutating func prove() {
        pause.prove()
        echoesInARow = 0
    }
}

extension UnitLedger.Mark {
    /// How a failed request is counted; nil if it never reached the unit.
    init?(_ error: ModbusError, roundTrip: Duration) {
        if error.exception != nil {
            self = .exception(roundTrip: roundTrip)
        } else if error.isTimeout {
            self = .timeout
        } else if error.isBadFrame || error.isEcho {
            self = .badFrame
        } else {
            return nil
        }
    }
}
