// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import BoothConfig
@testable import BoothModel

@Suite struct ExampleFileTests {
    let directory = ExampleDirectory()

    @Test("the example passes and says what it shows")
    func example() throws {
        let configuration = try directory.read(exampleFile)
        #expect(configuration.booth.source == "urn:booth:330225:B0001")
        #expect(configuration.booth.name == "丹东街道第三警务室")
        #expect((configuration.booth.longitude, configuration.booth.latitude) == (121.87, 29.48))
        #expect(configuration.booth.site == .town)
        #expect(configuration.schedule.attended.map(\.minutes) == [510..<690, 840..<1020])
        #expect(configuration.schedule.attended.map(\.day) == [.tuesday, .thursday])
        let closed = CivilDate(year: 2026, month: 10, day: 1)...CivilDate(year: 2026, month: 10, day: 7)
        #expect(configuration.schedule.closed == [closed])
        #expect(configuration.storageLimit == 256 << 20 && configuration.storageKeep == .seconds(400 * 86_400))
        #expect(configuration.clockTrust == .kernel)
        #expect(configuration.chips == [GPIOChipConfiguration(name: "booth-io", chip: .label("booth-io"))])
        #expect(configuration.hash.count == 64)
    }

    @Test("buses come in the order of the file, each with its timeout")
    func buses() throws {
        let buses = try directory.read(exampleFile).buses
        let path = "/dev/serial/by-id/usb-FTDI_FT232R_A10K"
        #expect(
            buses == [
                ModbusBusConfiguration(
                    name: "inside", transport: .serial(path: path, baud: 9600, parity: .none, stopBits: 1),
                    responseTimeout: .milliseconds(100)),
                ModbusBusConfiguration(
                    name: "cabinet", transport: .tcp(host: "127.0.0.1", port: 1502),
                    responseTimeout: .milliseconds(500)),
            ])
    }

    @Test("points have their source, debounce, class and loop")
    func points() throws {
        let points = try directory.read(exampleFile).points
        #expect(points.map(\.id) == ["help-1", "room-door", "mail-slot", "mail-door", "strongbox"])
        let line = GPIOSource(chip: "booth-io", line: .name("HELP1"), active: .low, bias: .pullUp)
        #expect(points[0].source == .gpio(line))
        #expect(points.map(\.debounce) == [.milliseconds(10), .zero, .zero, .zero, .zero])
        #expect(points[0].classification == Classification(.help, .police, .help))
        #expect(points.map(\.name)[0...1] == ["门口求助按钮", "room-door"])
        let door = ModbusSource(
            bus: "cabinet", unit: 1, table: .discreteInput, address: 0, active: .low, poll: .milliseconds(200))
        #expect(points[1].source == .modbus(door))
        #expect(points[3].classification == nil)
        var loop = LoopBands(short: 0...100, normal: 101...600, alarm: 601...900, cut: 901...65_535)
        // A fiftieth of the normal band.
        loop.hysteresis = 10
        #expect(points[4].loop == loop)
        #expect(points[4].rules == RuleSettings())
    }

    @Test("outputs and targets have their addresses, files and defaults")
    func outputsAndTargets() throws {
        let configuration = try directory.read(exampleFile)
        #expect(configuration.outputs.map(\.shows) == [.help])
        let police = try #require(configuration.targets.first)
        #expect(configuration.targets.map(\.hasAuthority) == [true, false])
        #expect(police.accepts == [.police, .fault])
        #expect(police.endpoint.url == "https://127.0.0.1:8443")
        #expect(police.endpoint.key?.hasSuffix("/booth.key") == true)
        #expect(police.endpoint.key?.hasPrefix("/") == true)
        #expect((police.retryFirst, police.retryMost) == (.seconds(1), .seconds(60)))
        #expect((police.timeout, police.heartbeat) == (.seconds(15), .seconds(60)))
    }

    @Test("history is kept for as long as [storage] says, 400 days where it says nothing")
    func keep() throws {
        for (lines, days) in [("keep = \"35d\"\n", 35), ("keep = \"3650d\"\n", 3650), ("", 400)] {
            let text = exampleFile.replacingFirst("[storage]\n", with: "[storage]\n" + lines)
            #expect(try directory.read(text).storageKeep == .seconds(days * 86_400))
        }
        let text = exampleFile.replacingFirst("[storage]\nlimit", with: "# limit")
        let without = try directory.read(text)
        #expect(without.storageKeep == .seconds(400 * 86_400) && without.storageLimit == 256 << 20)
    }

    @Test("an empty list is never, for the answer clock and for reminders; other rules stay")
    func never() throws {
        let configuration = try directory.read(exampleFile + "\n[rules]\nescalate = []\nremind = []\n")
        #expect(configuration.rules.escalate == [])
        #expect(configuration.rules.remind == [])
        #expect(try directory.read(exampleFile).rules == RuleSettings())
    }

    private static let repeating = PointKind.allCases.filter { ![.streetDoor, .mailSlot].contains($0) }

    @Test("each kind that raises may have its own repeat", arguments: repeating)
    func ownRepeat(kind: PointKind) throws {
        let keys = kind == .contact ? "\ncategory = \"intrusion\"\nclass = \"police\"\npriority = 3" : ""
        let text = exampleFile.replacingFirst(
            "kind = \"room-door\"", with: "kind = \"\(kind.rawValue)\"\nrepeat = \"1m\"" + keys)
        #expect(try directory.read(text).points[1].rules.repeatWindow == .seconds(60))
    }

    @Test("a point's own keys win over [rules], and [rules] over the defaults")
    func overrides() throws {
        let text =
            exampleFile.replacingFirst("debounce = \"10ms\"", with: "repeat = \"0s\"\npriority = 2\nchatter = \"off\"")
            + "\n[rules]\nrepeat = \"5m\"\nescalate = [\"1m\", \"2h\"]\n"
            + "remind = [\"5m\", \"off\", \"1h\", \"365d\"]\nuntested = \"1d\"\n"
        let configuration = try directory.read(text)
        #expect(configuration.rules.repeatWindow == .seconds(300))
        #expect(configuration.rules.escalate == [.seconds(60), .seconds(7200)])
        #expect(configuration.rules.remind == [.seconds(300), nil, .seconds(3600), .seconds(365 * 86_400)])
        #expect(configuration.points[0].rules.repeatWindow == .zero)
        #expect(configuration.points[0].rules.chatter == nil)
        #expect(configuration.points[0].rules.untested == .seconds(86_400))
        #expect(configuration.points[0].classification == Classification(.help, .police, .alarm))
        #expect(configuration.points[1].rules.repeatWindow == .seconds(300))
    }

    @Test("a credential is looked up in the credentials directory")
    func credentials() throws {
        let text = exampleFile.replacingFirst("key = \"booth.key\"", with: "key = \"credential:booth.key\"")
        let configuration = try directory.read(text, credentials: directory.path)
        #expect(configuration.targets[0].endpoint.key == "\(directory.path)/booth.key")
        #expect(throws: ConfigurationError.self) { try directory.read(text, credentials: nil) }
    }

    @Test("a plain file is read from disk, and its absence is one problem at 1:1")
    func file() throws {
        directory.write(exampleFile, to: "boothd.toml")
        _ = try ConfigurationFile.read(path: "\(directory.path)/boothd.toml")
        let absent = "\(directory.path)/absent.toml"
        do throws(ConfigurationError) {
            _ = try ConfigurationFile.read(path: absent)
            Issue.record("an absent file passed")
        } catch {
            #expect(error.problems.count == 1)
            #expect(error.lines(in: .english)[0].hasPrefix("\(absent):1:1: "))
        }
    }

    @Test("the file that is installed passes")
    func installed() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let bytes = try FileContents.read("/\(root)/deploy/boothd.toml", atMost: 1 << 20).get()
        let configuration = try directory.read(String(decoding: bytes, as: UTF8.self))
        #expect(configuration.targets.map(\.hasAuthority) == [true])
    }

    @Test("plain http on a loopback address needs no files; a trailing slash is dropped")
    func loopback() throws {
        let https =
            #"https = { url = "https://127.0.0.1:8444", ca = "ca.pem", certificate = "booth.pem", key = "booth.key" }"#
        let text = exampleFile.replacingFirst(https, with: #"http = { url = "http://127.8.0.1:8080/api/" }"#)
        let grid = try directory.read(text).targets[1].endpoint
        #expect(grid == TargetConfiguration.Endpoint(url: "http://127.8.0.1:8080/api"))
    }
}

extension String {
    /// The text with the first `old` replaced; the test is wrong where there is none.
    func replacingFirst(_ old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { preconditionFailure("the example has no \(old)") }
        return String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
    }
}
