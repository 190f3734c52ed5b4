// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport

/// A file with writes that were not synced. Each sector of 512 bytes may be in any state that it had, and the file may
/// have any size that it had.
struct TornContent {
    private static let sector = 512

    private let durable: [UInt8]
    /// The sizes that the file had, the durable one first.
    private var sizes: [Int]
    /// The states of the changed sectors, the durable one first.
    private var versions: [Int: [[UInt8]]] = [:]
    /// The written bytes of each changed sector; the other bytes are durable and stay.
    private var written: [Int: Set<Int>] = [:]

    init(_ durable: [UInt8], _ changes: [Disk.Change]) {
        self.durable = durable
        sizes = [durable.count]
        var now = durable
        for change in changes {
            let before = now.count
            change.apply(to: &now)
            sizes.append(now.count)
            switch change {
            case .write(let offset, let bytes): note(min(offset, before)..<(offset + bytes.count), of: now)
            // Bytes that are cut off stay if the old size remains on disk.
            case .resize(let size): if size > before { note(before..<size, of: now) }
            }
        }
    }

    private mutating func note(_ range: Range<Int>, of now: [UInt8]) {
        guard !range.isEmpty else { return }
        for number in (range.lowerBound / Self.sector)...((range.upperBound - 1) / Self.sector) {
            versions[number, default: [Self.sector(number, of: durable)]].append(Self.sector(number, of: now))
            let start = number * Self.sector
            let bytes = max(range.lowerBound - start, 0)..<min(range.upperBound - start, Self.sector)
            written[number, default: []].formUnion(bytes)
        }
    }

    /// A sector's bytes; zeros after the end of the file.
    private static func sector(_ number: Int, of bytes: [UInt8]) -> [UInt8] {
        let part = bytes[min(number * sector, bytes.count)..<min((number + 1) * sector, bytes.count)]
        return part + [UInt8](repeating: 0, count: sector - part.count)
    }

    /// One of the possible states of the file after a power cut.
    func bytes(_ manner: Disk.Manner, _ random: inout SeededRandom) -> [UInt8] {
        let size = sizes.randomElement(using: &random) ?? durable.count
        var bytes = durable
        Disk.Change.resize(size).apply(to: &bytes)
        for number in versions.keys.sorted() where number * Self.sector < size {
            guard let states = versions[number] else { continue }
            // With `ordered`, a size that includes a new sector reaches the disk after that sector's bytes.
            let isNew = number * Self.sector >= durable.count && manner == .ordered
            var chosen = states[Int.random(in: (isNew ? 1 : 0)..<states.count, using: &random)]
            tear(&chosen, number, states, manner, &random)
            let end = min((number + 1) * Self.sector, size)
            bytes.replaceSubrange(number * Self.sector..<end, with: chosen.prefix(end - number * Self.sector))
        }
        return bytes
    }

    private func tear(
        _ chosen: inout [UInt8], _ number: Int, _ states: [[UInt8]], _ manner: Disk.Manner,
        _ random: inout SeededRandom
    ) {
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            // The first part of the sector is of one state, the rest of another.
            let cut = Int.random(in: 0...Self.sector, using: &random)
            let other = states[states.count - 1]
            chosen = Array(chosen[..<cut] + other[cut...])
        case 1 where manner == .harsh:
            for index in (written[number] ?? []).sorted() { chosen[index] = UInt8.random(in: 0...255, using: &random) }
        default: break
        }
    }
}
