// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport

/// Years of a busy booth: how many events, when the targets are away, when the process is killed. The same in each process
/// that is given the same figures.
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

    /// Most events of one commit: with little room, few.
    var mostAtOnce: Int { max(1, min(400, Int(limit >> 15))) }

    /// A span of events in which targets are away.
    struct Outage {
        let events: Range<Int>
        /// By bits of targets.
        let targets: UInt8
    }

    /// So long a target is away: a month with 64 MiB, and with less room so much less.
    private var outageLength: Int {
        max(1, min(Self.events(ofDays: 30), Int(Int64(Self.events(ofDays: 30)) * limit / (64 << 20))))
    }

    /// One at a random place in each of as many parts of the whole.
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

    /// After so many events the process is killed.
    var killPoints: [Int] {
        var random = SeededRandom(seed: seed ^ 0x0B11)
        return (0..<kills).map { _ in Int.random(in: 0..<total, using: &random) }.sorted()
    }

    /// When an event happens.
    func milliseconds(of event: Int) -> Int64 {
        Self.epoch + Int64(event) * (365 * Self.dayMilliseconds / Int64(Self.eventsOfYear))
    }

    /// Its id names its place.
    func id(of event: Int) -> EventID { EventID(key: milliseconds(of: event) << 12, random: UInt64(event)) }

    private static let lossBit: UInt64 = 1 << 61

    /// The id of an event that tells of a loss, after so many others.
    func lossID(after events: Int, _ number: Int) -> EventID {
        let key = (milliseconds(of: events) << 12) - 1000 + Int64(number)
        return EventID(key: key, random: Self.lossBit | UInt64(number))
    }

    /// The place of an event; nil for one that tells of a loss.
    func event(of id: EventID) -> Int? { id.random & Self.lossBit == 0 ? Int(clamping: id.random) : nil }
}
