// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@Suite("An event's id")
struct EventIDTests {
    @Test("is a UUIDv7 of its millisecond, and reads back as it was written")
    func text() throws {
        let id = EventID(key: 1_795_449_600_123 << 12 | 0xABC, random: 0x1234_5678_9ABC_DEF0)
        #expect(id.description == "01a20922-b87b-7abc-9234-56789abcdef0")
        #expect(EventID(id.description) == id)
        #expect(EventID(id.description.uppercased()) == id)
        #expect(id.milliseconds == 1_795_449_600_123)
    }

    @Test(
        "is refused where the text is no UUIDv7",
        arguments: [
            "", "01a209c5", "01a209c5-a07b-4abc-9234-56789abcdef0", "01a209c5-a07b-7abc-c234-56789abcdef0",
            "01a209c5-a07b-7abc-9234-56789abcdefg", "01a209c5a07b-7abc-9234-56789abcdef0-",
            "01a209c5-a07b-7abc-9234-56789abcdef00",
        ])
    func refused(text: String) {
        #expect(EventID(text) == nil)
    }

    @Test("rises, whether the clock runs, stands still or goes back an hour")
    func rises() {
        var generator = EventIDGenerator(after: 0)
        let walls: [Int64] = [1000, 1000, 1000, 1001, 1001 - 3_600_000 + 3_600_000, 5, 2000]
        let ids = walls.map { generator.next(wallMilliseconds: $0) }
        #expect(ids.map(\.key) == ids.map(\.key).sorted())
        #expect(Set(ids.map(\.key)).count == ids.count)
        #expect(ids.last?.milliseconds == 2000)
    }

    @Test("does not follow a clock that nobody trusts years ahead, where it would have to stay")
    func untrusted() {
        let (now, years) = (Int64(1_795_449_600_000), Int64(56 * 365 * 86_400_000))
        var generator = EventIDGenerator(after: now << 12)
        #expect(generator.next(wallMilliseconds: now + years, isTrusted: false).key == now << 12 + 1)
        #expect(generator.next(wallMilliseconds: now + 86_400_000, isTrusted: false).milliseconds == now + 86_400_000)
        #expect(generator.next(wallMilliseconds: now + 86_400_001).milliseconds == now + 86_400_001)
    }

    @Test("continues after the journal's last id even when the clock starts in 1970")
    func continues() {
        var generator = EventIDGenerator(after: 5_000_000)
        #expect(generator.next(wallMilliseconds: 0).key == 5_000_001)
    }

    @Test("rises and never repeats over a jump of 56 years and back, and of one hour back")
    func jumps() {
        let (now, years, hour) = (Int64(1_795_449_600_000), Int64(56 * 365 * 86_400_000), Int64(3_600_000))
        var generator = EventIDGenerator(after: 0)
        var ids: [EventID] = []
        for wall in [0, now, now - hour, now + years, now, now - hour, -5] {
            for step in 0..<5000 { ids.append(generator.next(wallMilliseconds: wall + Int64(step / 100))) }
        }
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 && $0.key < $1.key })
        // Written and read, too: nothing of the count is lost.
        #expect(ids.allSatisfy { EventID($0.description) == $0 })
        var later = EventIDGenerator(after: ids[ids.count - 1].key)
        #expect(later.next(wallMilliseconds: now) > ids[ids.count - 1])
    }
}
