// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import Glibc
import Testing

@testable import BoothJournal

@Suite("A mark, and the generation that follows it")
struct MarkTests {
    private static let mark = JournalMark(
        generation: 48_211, head: ChainLink(number: 277_000, hash: SHA256.digest(of: [1, 2, 3])), birth: 1_795_449_600,
        targets: ["police": .init(last: 12, settled: 276_000), "grid": .init(last: 1, settled: 0)])

    @Test("is read as it was written; with any byte changed it is none")
    func roundTrip() throws {
        let bytes = Self.mark.encoded(turn: 7)
        let decoded = try #require(JournalMark.decode(bytes + [0, 0, 0]))
        #expect(decoded.mark == Self.mark && decoded.turn == 7)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x10
            #expect(JournalMark.decode(changed) == nil, "byte \(index)")
            #expect(JournalMark.decode(Array(bytes.prefix(index))) == nil, "cut at \(index)")
        }
    }

    @Test("is the newest of two places; one that is torn leaves the other")
    func torn() throws {
        var template = Array("/tmp/boothd-mark-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { _ = system("rm -r '\(directory)'") }
        let path = "\(directory)/journal.mark"
        var older = Self.mark
        older.generation = 1
        do {
            let file = try MarkFile(path, vfs: nil)
            #expect(try file.read() == nil)
            try file.write(older)
            try file.write(Self.mark)
            #expect(try file.read() == Self.mark)
        }
        // The second mark went to the first place.
        let handle = try #require(fopen(path, "r+"))
        fseek(handle, 40, SEEK_SET)
        fputc(0xEE, handle)
        fclose(handle)
        let file = try MarkFile(path, vfs: nil)
        #expect(try file.read() == older)
        try file.write(Self.mark)
        #expect(try file.read() == Self.mark)
    }

    @Test("is somewhat older where a power cut spoiled both that no sync had followed, and never gone")
    func bothTorn() throws {
        var template = Array("/tmp/boothd-mark-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { _ = system("rm -r '\(directory)'") }
        let path = "\(directory)/journal.mark"
        var older = Self.mark
        older.generation = 1
        do {
            let file = try MarkFile(path, vfs: nil)
            try file.write(older)
            try file.sync()
            for _ in 0..<3 { try file.write(Self.mark) }
        }
        let handle = try #require(fopen(path, "r+"))
        for place in [0, JournalMark.mostBytes] {
            fseek(handle, place + 40, SEEK_SET)
            fputc(0xEE, handle)
        }
        fclose(handle)
        #expect(try MarkFile(path, vfs: nil).read() == older)
    }

    @Test("a generation follows what is known, and never falls behind the clock")
    func generations() {
        let day: Int64 = 1_767_225_600 + 86_400
        #expect(Generation.next(after: nil, now: day, floor: 0, random: 0) == 145)
        #expect(Generation.next(after: nil, now: day, floor: 0, random: 5) == 150)
        #expect(Generation.next(after: 7, now: day, floor: 0) == 145)
        #expect(Generation.next(after: 500, now: day, floor: 0) == 501)
        // A clock that was never set is not before the program was made.
        #expect(Generation.next(after: nil, now: 0, floor: day, random: 0) == 145)
        #expect(Generation.next(after: nil, now: 0, floor: 0, random: 0) == 1)
        #expect(Generation.next(after: nil, now: .max, floor: 0) == Generation.most)
        #expect(Generation.next(after: Generation.most, now: day, floor: 0) == Generation.most)
        // A new card is ahead of one that was begun eight days before.
        #expect(
            Generation.next(after: nil, now: day + 8 * 86_400, floor: 0, random: 0)
                > Generation.next(after: nil, now: day, floor: 0, random: 1023) + 5)
    }
}
