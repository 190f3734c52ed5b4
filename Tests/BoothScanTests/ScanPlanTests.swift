// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothModel
import Modbus
import Testing

@testable import BoothScan

@Suite struct ScanPlanTests {
    static let serial = ModbusBusConfiguration(
        name: "inside", transport: .serial(path: "/dev/null", baud: 2400, parity: .odd, stopBits: 1),
        responseTimeout: .milliseconds(100))
    static let tcp = ModbusBusConfiguration(
        name: "cabinet", transport: .tcp(host: "127.0.0.1", port: 502), responseTimeout: .milliseconds(500))

    private static func plan(_ change: (inout ScanOptions) -> Void = { _ in }) -> ScanPlan {
        var options = ScanOptions()
        change(&options)
        return ScanPlan(serial, profiles: BoardProfiles.shipped.all, options: options)
    }

    @Test("begins with the configured setting, then what boards come with, and their addresses")
    func likelyFirst() throws {
        let rounds = Self.plan().rounds
        #expect(rounds.prefix(4).map { $0.line?.notation } == ["2400 8O1", "9600 8N1", "4800 8N1", "19200 8E1"])
        #expect(rounds[0].units.prefix(3) == [1, 255, 254])
        #expect(Set(rounds[0].probes.map(\.table)) == Set(DataTable.allCases))
    }

    @Test("asks every address at each likely setting, and each board's own everywhere")
    func covers() {
        let rounds = Self.plan().rounds
        for notation in ["2400 8O1", "9600 8N1", "4800 8N1", "19200 8E1", "115200 8N1", "19200 8N1", "38400 8N1"] {
            let units = Set(rounds.filter { $0.line?.notation == notation }.flatMap(\.units))
            #expect(units.isSuperset(of: Set(1...247).union([254, 255])), "\(notation)")
        }
        let settings = Set(rounds.compactMap { $0.line?.notation })
        for baud in [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200] {
            for letter in ["N", "E", "O"] { #expect(settings.contains("\(baud) 8\(letter)1")) }
        }
    }

    @Test("takes minutes, more with --all, and less where a technician knows more")
    func duration() {
        let quick = Self.plan().duration
        #expect((.seconds(60) ... .seconds(300)).contains(quick), "\(quick)")
        #expect(Self.plan { $0.all = true }.duration > quick * 3)
        #expect(Self.plan { $0.units = Array(1...16) }.duration < quick / 4)
        #expect(Self.plan { $0.bauds = [9600] }.duration < quick / 3)
    }

    @Test("keeps to the units, speeds and parities that were named")
    func narrowed() {
        let plan = Self.plan {
            $0.units = [3, 250]
            $0.bauds = [38_400]
            $0.parities = [.even]
        }
        #expect(Set(plan.rounds.flatMap(\.units)) == [3, 250])
        #expect(Set(plan.rounds.compactMap { $0.line?.notation }) == ["38400 8E1"])
        #expect(Set(plan.rounds.filter { $0.units.contains(250) }.flatMap(\.probes)).count >= 2)
    }

    @Test("asks 0...255 behind a gateway, and nothing of a line")
    func gateway() {
        let plan = ScanPlan(Self.tcp, profiles: BoardProfiles.shipped.all)
        #expect(plan.rounds.count == 1 && plan.rounds[0].line == nil)
        #expect(plan.rounds[0].units.sorted() == Array(0...255))
        #expect(plan.timeout == .milliseconds(500))
    }

    @Test("never asks a unit twice with one read at one setting")
    func once() {
        for all in [false, true] {
            var asked: Set<[AnyHashable]> = []
            for round in Self.plan({ $0.all = all }).rounds {
                for probe in round.probes {
                    for unit in round.units {
                        #expect(asked.insert([round.line, probe, unit]).inserted, "\(round.line!.notation) \(unit)")
                    }
                }
            }
        }
    }
}
