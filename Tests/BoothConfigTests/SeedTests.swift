// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothConfig

@Suite("Seeds of the configuration")
struct SeedTests {
    @Test(
        "S10 S29 S30: no booth is in service without its code, grid, standard address and place",
        arguments: [
            "code = \"B0001\"", "grid = \"330225001002\"", "address = \"330225001002A0001\"", "latitude = 29.48",
        ])
    func identity(line: String) {
        let directory = ExampleDirectory()
        #expect(directory.problems(of: exampleFile).isEmpty)
        let key = line.prefix { $0 != " " }
        let problems = directory.problems(of: exampleFile.replacingFirst(line, with: ""))
        #expect(problems.contains { $0.contains("\"\(key)\" is missing") }, "\(problems)")
    }

    @Test("S4 S6: the kinds of site are these, and no other word is one")
    func sites() {
        let directory = ExampleDirectory()
        for site in ["school", "commerce", "hospital", "scenic", "town", "station"] {
            #expect(directory.problems(of: exampleFile.replacingFirst("\"town\"", with: "\"\(site)\"")).isEmpty)
        }
        #expect(!directory.problems(of: exampleFile.replacingFirst("\"town\"", with: "\"village\"")).isEmpty)
    }
}
