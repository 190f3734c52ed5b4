// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport

/// Years of a busy booth: number of events, when targets are unreachable, when the process is killed. It is the same in
/// each process with the same parameters.
struct YearsPlan {
    let days: Int
    let limit: Int64
    let kills: Int
    let outages: Int
    let seed: UInt64

    static let eventsOfYear = 277_000
    private static let dayMilliseconds: Int64 = 86_400_000
    private static let epoch: Int64 = 1_795_449_600_000

    var total: Int { max(1, days * Self.eventsOfYear / 365) }
    static func events(ofDays days: Int) -> Int { days * eventsOfYear / 365 }

    /// The most events of one commit; fewer if there is little room.
    var mostAtOnce: Int { max(1, min(400, Int(limit >> 15))) }

    /// A range of events during which targets are unreachable.
    struct Outage {
        let events: Range<Int>
        let targets: UInt8
    }

    /// How long a target is unreachable, in events: a month with 64 MiB, less with less room.
    private var outageLength: Int {
        max(1, min(Self.events(ofDays: 30), Int(Int64(Self.events(ofDays: 30)) * limit / (64 << 20))))
    }

    /// One outage at a random place in each of `outages` equal parts.
    var spans: [Outage] {
        guard outages > 0 else { return [] }
        var random = SeededRandom(seed: seed ^ 0x0A7A)
        let part = total / outages
        return (0..<outages).map { number in
            let first = number * part + Int.random(in: 0...max(0, part - outageLength), using: &random)
            return Outage(
                events: first..<min(total, first + outageLength),
                targets: [1, 2, 3].randomElement(using: &random) ?? 1)
        }
    }

    /// Numbers of events after which the process is killed.
    var killPoints: [Int] {
        var random = SeededRandom(seed: seed ^ 0x0B11)
        return (0..<kills).map { _ in Int.random(in: 0..<total, using: &random) }.sorted()
    }

    /// When an event happens, in milliseconds since 1970.
    func milliseconds(of event: Int) -> Int64 {
        Self.epoch + Int64(event) * (365 * Self.dayMilliseconds / Int64(Self.eventsOfYear))
    }

    /// The id of an event; it contains the event's index.
    func id(of event: Int) -> EventID { EventID(key: milliseconds(of: event) << 12, random: UInt64(event)) }

    private static let lossBit: UInt64 = 1 << 61

    /// The id of an event that reports a loss, after so many other events.
    func lossID(after events: Int, _ number: Int) -> EventID {
        let key = (milliseconds(of: events) << 12) - 1000 + Int64(number)
        return EventID(key: key, random: Self.lossBit | UInt64(number))
    }

    /// The index of an event; nil for one that reports a loss.
    func event(of id: EventID) -> Int? { id.random & Self.lossBit == 0 ? Int(clamping: id.random) : nil }
}
