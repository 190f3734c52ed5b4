// SPDX-License-Identifier: Apache-2.0
import CrashVFS
import Glibc
import SQLite
import Testing

@testable import BoothJournal

/// Write by write, through the crash VFS. It is one for the whole process: these tests run one after the other.
@Suite("A disk that refuses while a journal is opened", .serialized)
struct FaultTests {
    private static let vfs = String(cString: crashvfs_name)
    private static let full: CInt = 13
    private static let refused: CInt = 778

    init() throws {
        try #require(crashvfs_register(0) == 0)
    }

    @Test("leaves no file open that has no write-ahead log", arguments: [full, refused])
    func onlyWithLog(code: CInt) throws {
        try CheckedPages.register(name: "boothd-checked-crash", below: Self.vfs)
        var places = 0
        var faults: Int64 = 1
        while faults > 0 {
            var template = Array("/tmp/boothd-fault-XXXXXX".utf8CString)
            let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
            defer { _ = system("rm -r '\(directory)'") }
            let path = directory + "/journal.sqlite"
            crashvfs_begin(directory)
            defer { crashvfs_end() }
            crashvfs_fail(CInt(CRASHVFS_WRITE), Int64(places), 1, code)
            let store = try? JournalStore(path: path, vfs: "boothd-checked-crash", limit: 1 << 20, generation: 1)
            faults = crashvfs_faults()
            crashvfs_fail(CInt(CRASHVFS_WRITE), 0, 0, 0)
            places += 1
            guard let store else { continue }
            #expect(try store.connection.checkpoint(.passive).logged >= 0, "write \(places) was refused")
        }
        // The header of the first journal, the first page, and the log.
        #expect(places > 4)
    }
}
