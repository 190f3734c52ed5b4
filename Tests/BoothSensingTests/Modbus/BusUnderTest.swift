// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Synchronization
import TestSupport

@testable import BoothSensing

/// The agent's side of buses whose units are raw bytes, with all that it reported.
final class BusUnderTest {
    let collector: ReportCollector
    let bus: ModbusThread
    private let heard = Heard()

    init(
        _ transport: ModbusBusConfiguration.Transport, name: String = "bus", timeout: Duration, unitSilent: Int = 3,
        _ points: [PointConfiguration]
    ) throws {
        collector = try ReportCollector()
        let configuration = ModbusBusConfiguration(name: name, transport: transport, responseTimeout: timeout)
        let setup = BusSetup(configuration, points: points, unitSilent: unitSilent) {
            [deliver = collector.deliver, heard] in
            heard.thread.withLock { $0 = pthread_self() }
            deliver($0)
        }
        bus = try ModbusThread(setup)
        try bus.start()
    }

    deinit {
        bus.stop()
        bus.join(milliseconds: 10_000)
    }

    /// How `unit` has answered.
    func counters(of unit: Int) -> UnitCounters? { bus.buses[0].counters.first { $0.unit == unit } }

    /// The thread that reports came from.
    var thread: pthread_t? { heard.thread.withLock { $0 } }

    private final class Heard: Sendable {
        let thread = Mutex<pthread_t?>(nil)
    }

    /// Waits until every point of `points` is good.
    func waitForGood(_ points: [PointConfiguration], seconds: Int = 30) -> Bool {
        collector.wait(seconds: seconds) { collector in
            points.allSatisfy { collector.reading($0.id)?.quality == .good }
        }
    }

    /// Readings with a value that is not their register's.
    func wrongReadings(_ points: [PointConfiguration]) -> [Reading] {
        let truth = Dictionary(
            uniqueKeysWithValues: points.compactMap { point in
                if case .modbus(let source) = point.source { (point.id, source.truth) } else { nil }
            })
        return collector.reports.compactMap {
            guard case .reading(let reading) = $0, let value = reading.value else { return nil }
            return value == truth[reading.point] ? nil : reading
        }
    }
}

extension LyingBoard {
    /// How a bus reaches it.
    var transport: ModbusBusConfiguration.Transport {
        port == 0 ? Self.serial(path) : .tcp(host: "127.0.0.1", port: port)
    }

    static func serial(_ path: String) -> ModbusBusConfiguration.Transport {
        .serial(path: path, baud: 115_200, parity: .none, stopBits: 1)
    }
}

extension PointConfiguration {
    /// A contact read from an input register, all of one shape on the wire.
    static func register(
        _ address: Int, of unit: Int = 1, bus: String = "bus", poll: Duration = .milliseconds(50)
    ) -> PointConfiguration {
        PointConfiguration(
            id: PointID(rawValue: "u\(unit)-r\(address)"), kind: .contact,
            source: .modbus(ModbusSource(bus: bus, unit: unit, table: .inputRegister, address: address, poll: poll)),
            debounce: .zero, classification: nil)
    }
}

extension ModbusSource {
    fileprivate var truth: Int { Int(RawTruth.word(4, address, of: unit)) }
}
