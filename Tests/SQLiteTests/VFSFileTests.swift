// SPDX-License-Identifier: Apache-2.0
import Glibc
import SQLite
import TestSupport
import Testing

@Suite struct VFSFileTests {
    let folder = TemporaryFolder()

    @Test("what is written is read back, after opening again too")
    func readAndWrite() throws {
        let path = folder.file("mark")
        do {
            let file = try VFSFile(path: path, create: true)
            #expect(try file.size() == 0)
            #expect(try file.read(at: 0, count: 10) == [])
            try file.write([1, 2, 3, 4], at: 0)
            try file.write([9, 9], at: 6)
            try file.write([], at: 100)
            try file.sync()
        }
        let file = try VFSFile(path: path, create: false)
        #expect(try file.read(at: 0, count: 100) == [1, 2, 3, 4, 0, 0, 9, 9])
        #expect(try file.read(at: 3, count: 2) == [4, 0])
        #expect(try file.read(at: 8, count: 1) == [])
        try file.truncate(to: 3)
        #expect(try file.size() == 3)
        #expect(try PlainFile.bytes(of: path) == [1, 2, 3])
    }

    @Test("the path may have hyphens and dots anywhere")
    func names() throws {
        try #require(mkdir(folder.file("a-b"), 0o700) == 0)
        for name in ["a-b/mark", "a-b/mark-1", "a-b/m.ark-wal", "plain"] {
            let file = try VFSFile(path: folder.file(name), create: true)
            try file.write([7, 7], at: 0)
            try file.sync()
            #expect(try file.size() == 2)
        }
    }

    @Test("an error names the step and the errno")
    func errors() throws {
        do {
            _ = try VFSFile(path: folder.file("absent"), create: false)
            Issue.record("opened")
        } catch {
            #expect(error.operation == .open && error.isInputOutput && error.systemCode == ENOENT)
        }
        #expect(throws: SQLiteError.self) { _ = try VFSFile(path: folder.file("a"), vfs: "absent", create: true) }
        #expect(throws: SQLiteError.self) { _ = try VFSFile(path: folder.path, create: true) }
        do {
            let full = try VFSFile(path: "/dev/full", create: false)
            try full.write([1], at: 0)
            Issue.record("written")
        } catch {
            #expect(error.operation == .write && error.isFull)
        }
        let file = try VFSFile(path: folder.file("a"), create: true)
        #expect(throws: SQLiteError.self) { try file.write([1], at: -1) }
        #expect(throws: SQLiteError.self) { _ = try file.read(at: -1, count: 1) }
        #expect(throws: SQLiteError.self) { try file.truncate(to: -1) }
    }
}
