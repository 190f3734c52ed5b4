// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothModel
import Glibc
import Modbus
import SimulatedBoard
import TestSupport
import Testing

@testable import BoothScan

@Suite(.serialized) struct BusScanTests {
    private static func bus(_ serial: SerialBus) -> ModbusBusConfiguration {
        ModbusBusConfiguration(
            name: "inside", transport: .serial(path: serial.path, baud: 9600, parity: .none, stopBits: 1),
            responseTimeout: .milliseconds(100))
    }

    private static func scan(
        _ bus: ModbusBusConfiguration, stopAfter most: Int = .max, _ change: (inout ScanOptions) -> Void
    ) -> BusScan.Result {
        var options = ScanOptions()
        change(&options)
        let profiles = BoardProfiles.shipped.all
        var found = 0
        let plan = ScanPlan(bus, profiles: profiles, options: options)
        return BusScan(bus, profiles: profiles, plan: plan, isStopped: { found >= most }) {
            if case .found = $0 { found += 1 }
        }.run()
    }

    private static func summary(_ result: BusScan.Result) -> Set<String> {
        Set(result.units.map { "\($0.unit) \($0.line?.notation ?? "TCP") \($0.identity.profile?.name ?? "?")" })
    }

    @Test("finds three boards with different speeds and addresses on one line, names them, and writes nothing")
    func threeBoards() throws {
        let serial = try SerialBus([
            .lcTech(baud: B9600), .renke(1, baud: B4800), .waveshare(12, baud: B19200),
        ])
        let result = Self.scan(Self.bus(serial)) {
            $0.units = [1, 12, 255]
            $0.bauds = [4800, 9600, 19_200]
        }
        #expect(
            Self.summary(result) == [
                "255 9600 8N1 lctech-8", "1 4800 8N1 renke-sensor", "12 19200 8N1 waveshare-io-8ch",
            ])
        #expect(result.isComplete && result.failure == nil, "\(result)")
        #expect(!serial.requests.isEmpty && serial.requests.allSatisfy { (1...4).contains($0[1]) })
    }

    @Test("hears a unit that is slower than the timeout, and takes its answer for no other's")
    func lateUnit() throws {
        let serial = try SerialBus([.renke(5, baud: B9600, delay: 120)])
        let result = Self.scan(Self.bus(serial)) {
            $0.units = Array(1...10)
            $0.bauds = [9600]
            $0.parities = [ModbusBusConfiguration.Parity.none]
        }
        #expect(Self.summary(result) == ["5 9600 8N1 renke-sensor"])
    }

    @Test("finds a unit with odd parity at that parity alone")
    func oddParity() throws {
        let serial = try SerialBus([.renke(2, baud: B9600, parity: PARODD)])
        let result = Self.scan(Self.bus(serial)) {
            $0.units = [2]
            $0.bauds = [9600]
        }
        #expect(Self.summary(result) == ["2 9600 8O1 renke-sensor"])
    }

    @Test("ends when it is told to, with what was found")
    func stopped() throws {
        let serial = try SerialBus([.lcTech(baud: B9600), .renke(1, baud: B4800)])
        let result = Self.scan(Self.bus(serial), stopAfter: 1) { $0.units = [1, 255] }
        #expect(result.units.count == 1 && !result.isComplete && result.failure == nil)
    }

    @Test("says that the adapter echoes, at once")
    func echo() throws {
        let serial = try SerialBus([.waveshare(1, baud: B9600)], echoes: true)
        let result = Self.scan(Self.bus(serial)) { $0.units = [1] }
        #expect(result.failure?.isEcho == true && result.units.isEmpty && !result.isComplete)
        #expect(serial.requests.count < 5)
    }

    @Test("finds the units behind a gateway, and reads alone")
    func gateway() throws {
        let board = try SimulatedBoard(at: .tcp(host: "127.0.0.1", port: 0), units: [3, 17])
        defer { board.stop() }
        try board.command("set unit 3 holding-register 0 77")
        let bus = ModbusBusConfiguration(
            name: "cabinet", transport: .tcp(host: "127.0.0.1", port: board.port), responseTimeout: .milliseconds(500))
        let result = Self.scan(bus) {
            $0.units = Array(0...20)
            $0.timeout = .milliseconds(60)
        }
        #expect(Set(result.units.map(\.unit)) == [3, 17] && result.isComplete)
        #expect(result.units.first { $0.unit == 3 }?.evidence.answer == .values([77]))
        #expect(board.requests().allSatisfy { (1...4).contains($0.function) })
    }

    @Test("ends with the reason where the line cannot be opened")
    func noLine() {
        let bus = ModbusBusConfiguration(
            name: "x", transport: .serial(path: "/dev/booth-none", baud: 9600, parity: .none, stopBits: 1),
            responseTimeout: .milliseconds(100))
        #expect(Self.scan(bus) { _ in }.failure?.code == ENOENT)
    }
}
