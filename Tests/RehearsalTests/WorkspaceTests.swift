// SPDX-License-Identifier: Apache-2.0
import Glibc
import Rehearsal
import Testing

@Suite("The place and the files of a rehearsal")
struct WorkspaceTests {
    @Test("a workspace goes with everything in it, and follows no link out of it")
    func removal() throws {
        let outside = try Workspace(named: "outside")
        let kept = try outside.write("kept", to: "file")
        var workspace: Workspace? = try Workspace()
        let path = try #require(workspace?.path)
        try workspace?.makeDirectory("state")
        try workspace?.write("x", to: "state/journal")
        #expect(symlink(outside.path, "\(path)/link") == 0)
        #expect(access("\(path)/state/journal", F_OK) == 0)
        workspace = nil
        #expect(access(path, F_OK) != 0)
        #expect(access(kept, F_OK) == 0)
    }

    @Test("the package's files and its programs are found from the program that runs")
    func places() throws {
        #expect(try BuiltPrograms.packageFile("Package.swift").hasSuffix("/Package.swift"))
        #expect(access(try BuiltPrograms.path(of: "boothd"), X_OK) == 0)
        #expect(throws: RehearsalError.self) { try BuiltPrograms.path(of: "no-such-program") }
    }

    @Test("a free port can be listened on")
    func port() throws {
        #expect(try freePort() > 1023)
    }

    @Test("a configuration is written table by table")
    func configuration() throws {
        var file = BoothConfigurationText(code: "B0042")
        file.modbus("cabinet", tcpPort: 1502)
        file.point("help-1", kind: "help-button", bus: "cabinet", address: 3, lines: ["name = '门口'"])
        file.plainTarget("police", accepts: ["police", "fault"], port: 8080)
        #expect(
            file.text == """
                [booth]
                code = 'B0042'
                name = "丹东街道第三警务室"
                county = "330225"
                grid = "330225001002"
                address = "330225001002A0001"
                longitude = 121.87
                latitude = 29.48
                site = "town"
                time-zone = "Asia/Shanghai"

                [clock]
                trust = "always"

                [modbus.cabinet]
                tcp = "127.0.0.1:1502"

                [[point]]
                id = 'help-1'
                kind = 'help-button'
                modbus = { bus = 'cabinet', unit = 1, table = "discrete-input", address = 3, poll = '20ms' }
                name = '门口'

                [[target]]
                id = 'police'
                accepts = ['police', 'fault']
                http = { url = "http://127.0.0.1:8080" }

                """)
    }
}
