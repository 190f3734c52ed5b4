import BoothModel
// SPDX-License-Identifier: Apache-2.0
import SQLite
import Testing

@testable import BoothJournal

@Suite("The journal's tables")
struct SchemaTests {
    @Test("begin on the pages that are known for them, so that they are found without the first page")
    func roots() throws {
        let journal = try KilledJournal()
        try journal.start()
        journal.kill()
        let connection = try Connection.toJournal(journal.journal)
        for table in JournalSchema.Table.allCases {
            let root = try connection.integer("SELECT rootpage FROM sqlite_schema WHERE name = '\(table.rawValue)'")
            #expect(root == Int64(table.root), "\(table)")
        }
    }
}
