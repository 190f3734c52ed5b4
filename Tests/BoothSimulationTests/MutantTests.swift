// SPDX-License-Identifier: Apache-2.0
import BoothSimulation
import FoundationEssentials
import Testing

@Suite("The faults that are planted")
struct MutantTests {
    private static let sources = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()

    @Test("are at least twelve, each with a name of its own")
    func names() {
        #expect(Mutant.all.count >= 12)
        #expect(Set(Mutant.all.map(\.name)).count == Mutant.all.count)
    }

    @Test("have their text once in the sources", arguments: Mutant.all)
    func text(mutant: Mutant) throws {
        let bytes = try #require(FileManager.default.contents(atPath: "\(Self.sources)/\(mutant.file)"))
        let parts = String(decoding: bytes, as: UTF8.self).split(
            separator: mutant.old, omittingEmptySubsequences: false)
        #expect(parts.count == 2)
        #expect(mutant.old != mutant.new)
    }
}
