// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto

/// How far the journal had come. The file is compared with it at the next start.
///
/// It is written only after the data that it describes is synced. So it may be behind the file, but never ahead. A file
/// that is behind its mark was cut, replaced, or restored from a copy.
struct JournalMark: Sendable, Hashable {
    /// How far one target had come.
    struct Progress: Sendable, Hashable {
        /// The last count given out in this generation.
        var last: Int64
        /// All events up to this number were answered by the target.
        var settled: Int64
    }

    /// The highest generation that was used.
    var generation: Int64
    var head: ChainLink
    /// When the journal's file was made, in nanoseconds since 1970; 0: not known. A copy of the file has another time.
    var birth: Int64
    var targets: [TargetID: Progress]

    private static let magic = Array("boothd01".utf8)
    /// The most bytes of one mark; enough for hundreds of targets.
    static let mostBytes = 16_384

    /// The mark as bytes; its own digest is last.
    ///
    /// - Parameter turn: rises with each mark, so that the newest mark can be found.
    func encoded(turn: Int64) -> [UInt8] {
        var bytes = Self.magic
        for number in [turn, generation, head.number, birth] { Self.append(number, to: &bytes) }
        bytes += head.hash.bytes
        Self.append(Int64(targets.count), to: &bytes)
        for (target, progress) in targets.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let id = Array(target.rawValue.utf8.prefix(255))
            bytes.append(UInt8(id.count))
            bytes += id
            Self.append(progress.last, to: &bytes)
            Self.append(progress.settled, to: &bytes)
        }
        return bytes + SHA256.digest(of: bytes).bytes
    }

    private static func append(_ number: Int64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// The mark at the start of `bytes`; nil if there is none, or if it is damaged.
    static func decode(_ bytes: [UInt8]) -> (mark: JournalMark, turn: Int64)? {
        var reader = Reader(bytes: bytes[...])
        guard reader.take(magic.count) == magic[...], let turn = reader.number(), let generation = reader.number(),
            let number = reader.number(), let birth = reader.number(),
            let hash = Digest(reader.take(Digest.byteCount)), let count = reader.number(),
            (0...Generation.most).contains(generation), (0...ChainLink.numbers.upperBound).contains(number),
            (0...1000).contains(count)
        else { return nil }
        var targets: [TargetID: Progress] = [:]
        for _ in 0..<count {
            guard let length = reader.take(1).first else { return nil }
            let id = TargetID(rawValue: String(decoding: reader.take(Int(length)), as: UTF8.self))
            guard let last = reader.number(), let settled = reader.number() else { return nil }
            targets[id] = Progress(last: last, settled: settled)
        }
        let content = Array(bytes[..<reader.bytes.startIndex])
        guard Digest(reader.take(Digest.byteCount)) == SHA256.digest(of: content) else { return nil }
        let head = ChainLink(number: number, hash: hash)
        return (JournalMark(generation: generation, head: head, birth: birth, targets: targets), turn)
    }

    /// Takes bytes from the front; fewer than asked for if there are no more.
    private struct Reader {
        var bytes: ArraySlice<UInt8>

        mutating func take(_ count: Int) -> ArraySlice<UInt8> {
            let taken = bytes.prefix(count)
            bytes = bytes.dropFirst(count)
            return taken
        }

        mutating func number() -> Int64? {
            let taken = take(8)
            guard taken.count == 8 else { return nil }
            return taken.reduce(0) { $0 << 8 | Int64($1) }
        }
    }
}
