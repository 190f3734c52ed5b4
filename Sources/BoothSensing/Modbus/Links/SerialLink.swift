// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// A serial bus's connection: opened when it is needed, closed as soon as this side may be out of step with it.
struct SerialLink: ~Copyable {
    /// So often in a row the line has to give back a request before it counts as an echo and not as noise.
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

    /// The most that `ask` takes: the request, the line falling silent, and the request once more.
    static func longestAsking(_ line: SerialLine, responseTimeout: Duration) -> Duration {
        responseTimeout * 4 + line.time(of: 256) * 4
    }

    /// Makes one request, on a new connection if there is none.
    ///
    /// - Parameter mayRepeat: whether it is made again when its answer was spoiled on the way.
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

    /// Gives the line back.
    mutating func close() {
        connection = nil
    }

    /// The units that were heard though they were not asked, since the last call.
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
            // The answer has come, but for its checksum: nothing more is on its way, and the same may be asked again.
            // After any other noise an answer may still come, which a second request could not tell from its own.
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
            // Bad frames one after the other: this side may be out of step with the line.
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
    /// How a failed request is counted; nil for one that never reached the unit.
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
