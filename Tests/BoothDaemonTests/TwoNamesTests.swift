// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal
import Testing

@Suite("The package's one program")
struct TwoNamesTests {
    @Test("is boothctl where it is called so, and the agent under any other name", arguments: ["boothctl", "agent"])
    func names(_ name: String) throws {
        let workspace = try Workspace(named: "names")
        let link = workspace.file(name)
        try #require(symlink(try BuiltPrograms.path(of: "boothd"), link) == 0)
        let run = try ChildProcess(link, ["--version"], environment: BoothUnderTest.plain)
        #expect(try run.wait(within: BoothUnderTest.patience) == .exited(0))
        #expect(run.lines.map(\.text) == ["\(name == "boothctl" ? "boothctl" : "boothd") \(Product.version)"])
    }
}
