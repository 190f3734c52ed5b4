// SPDX-License-Identifier: Apache-2.0

/// The frames of a write-ahead log that may be damaged (sqlite.org/fileformat2.html, 4).
///
/// SQLite stops at the first wrong frame, because the checksums are a chain. But each checksum starts from the one
/// stored in the frame before it. So a frame can be verified even if other frames are damaged.
///
/// One case looks like damage and is none: a transaction that was partly written and then rolled back. It leaves frames
/// at the end of the log that follow a wrong frame and have no commit.
struct LogFrames {
    enum State: UInt8 {
        /// Its checksum is right.
        case right
        /// It is damaged, but its page number is trusted.
        case wrong
        /// It is damaged, and its page is not known.
        case unknown
    }

    static let headerSize = 32
    static let frameHeaderSize = 24
    /// The most frames that are read: 1 GiB of log with the smallest pages.
    private static let mostFrames = 1 << 21
    /// Pages with higher numbers are ignored: 4 GiB of the smallest pages.
    static let highestPage: UInt32 = 1 << 23

    private(set) var states: [State] = []
    /// The page of each frame; 0 if it is not known.
    private(set) var pages: [UInt32] = []
    /// For each frame, the frame before it with the same page; -1 if there is none.
    private(set) var previous: [Int32] = []
    /// For each frame, the first frame from it on that ends a transaction, even if damaged; the number of frames if
    /// none does.
    private(set) var commitEnds: [Int32] = []
    private(set) var newest: [UInt32: Int32] = [:]
    /// Frames whose page is not known, ascending.
    private(set) var unknown: [Int] = []
    /// The last frame that ends a transaction; -1 if none does.
    private(set) var lastCommit = -1

    var count: Int { states.count }
    let pageSize: Int

    init(_ file: FileReader, pageSize: Int) {
        self.pageSize = pageSize
        var scan = Scan(file, pageSize: pageSize, most: Self.mostFrames)
        guard scan.findGeneration() else { return }
        // Whether each frame ends a transaction, as far as its header is trusted.
        var ends: [Bool] = []
        var before = Frame()
        var end = 0
        for index in 0..<scan.slots {
            let frame = scan.readFrame(index)
            if frame.provesPrevious, index > 0, Self.canBe(before.page) {
                states[index - 1] = .right
                pages[index - 1] = before.page
                ends[index - 1] = before.commit != 0
            }
            before = frame
            let isBelieved = frame.isRight || (frame.hasSalts && !frame.isAmbiguous && Self.canBe(frame.page))
            states.append(frame.isRight ? .right : isBelieved ? .wrong : .unknown)
            pages.append(isBelieved ? frame.page : 0)
            ends.append(isBelieved && frame.commit != 0)
            if isBelieved { end = index + 1 }
        }
        // The frames after this are of older generations; SQLite leaves them there.
        states.removeSubrange(end...)
        pages.removeSubrange(end...)
        link(ends)
    }

    private static func canBe(_ page: UInt32) -> Bool { page >= 1 && page <= highestPage }

    private mutating func link(_ ends: [Bool]) {
        previous = [Int32](repeating: -1, count: count)
        commitEnds = [Int32](repeating: Int32(count), count: count)
        for index in 0..<count {
            if states[index] == .unknown {
                unknown.append(index)
            } else {
                previous[index] = newest[pages[index]] ?? -1
                newest[pages[index]] = Int32(index)
            }
            if ends[index], states[index] == .right { lastCommit = index }
        }
        var end = Int32(count)
        for index in (0..<count).reversed() {
            if ends[index] { end = Int32(index) }
            commitEnds[index] = end
        }
    }

    func offset(of frame: Int) -> Int {
        Self.headerSize + frame * (Self.frameHeaderSize + pageSize) + Self.frameHeaderSize
    }

    /// Whether a frame of an unknown page is after `low` and not after `high`.
    func hasUnknown(after low: Int, through high: Int) -> Bool {
        var range = 0..<unknown.count
        while !range.isEmpty {
            let middle = (range.lowerBound + range.upperBound) / 2
            range = unknown[middle] > low ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
        return range.lowerBound < unknown.count && unknown[range.lowerBound] <= high
    }

    // MARK: Checksums

    struct Checksum: Equatable {
        var first: UInt32 = 0
        var second: UInt32 = 0
    }

    struct Frame {
        var page: UInt32 = 0
        /// The size of the database in pages if this frame ends a transaction, otherwise 0.
        var commit: UInt32 = 0
        var isRight = false
        var hasSalts = false
        /// Whether the damage may be in the header or in the page.
        var isAmbiguous = false
        /// Whether this frame shows that the frame before is right except for its stored checksum.
        var provesPrevious = false
    }

    /// Reads a log once, frame by frame.
    private struct Scan {
        private let file: FileReader
        private let pageSize: Int
        let slots: Int
        private var buffer: [UInt8]
        private var isBigEndian = false
        private var salts: UInt64 = 0
        /// The checksums from which the next frame's checksum may start: the stored one and the computed one.
        private var seeds: [Checksum] = []

        init(_ file: FileReader, pageSize: Int, most: Int) {
            self.file = file
            self.pageSize = pageSize
            slots = min(max(0, (file.size - headerSize) / (frameHeaderSize + pageSize)), most)
            buffer = [UInt8](repeating: 0, count: frameHeaderSize + pageSize)
        }

        /// Finds the byte order of the checksums, and the salts of the newest generation of frames.
        mutating func findGeneration() -> Bool {
            guard slots > 0, file.read(headerSize, at: 0, into: &buffer) else { return false }
            let header = Array(buffer[..<headerSize])
            let stored = Checksum(first: word(24), second: word(28))
            for isBig in [true, false] where word(0) == (isBig ? 0x377F_0683 : 0x377F_0682) {
                isBigEndian = isBig
                guard sum(0..<24, from: Checksum()) == stored else { break }
                salts = salts(at: 16)
                seeds = [stored]
                isAfterRight = true
                return word(8) == UInt32(pageSize % 65536)
            }
            return findGenerationInFrames(header, stored)
        }

        /// Finds them from the frames, because the header is damaged. The newest generation is at the start of the log.
        /// So the first frame whose checksum continues the one before belongs to it.
        private mutating func findGenerationInFrames(_ header: [UInt8], _ stored: Checksum) -> Bool {
            for isBig in [true, false] {
                isBigEndian = isBig
                buffer.replaceSubrange(..<headerSize, with: header)
                seeds = [stored, sum(0..<24, from: Checksum())]
                let first = seeds
                for index in 0..<slots {
                    guard file.read(buffer.count, at: offset(of: index), into: &buffer) else { break }
                    let isRight = seeds.contains { sum(of: $0) == Checksum(first: word(16), second: word(20)) }
                    if isRight {
                        salts = salts(at: 8)
                        seeds = first
                        return true
                    }
                    seeds = [Checksum(first: word(16), second: word(20))]
                }
            }
            return false
        }

        /// Reads a frame; call it in the order of the frames. A frame that the disk cannot read counts as damaged.
        mutating func readFrame(_ index: Int) -> Frame {
            guard file.read(buffer.count, at: offset(of: index), into: &buffer) else {
                seeds = []
                isAfterRight = false
                return Frame()
            }
            var frame = Frame(page: word(0), commit: word(4), hasSalts: salts(at: 8) == salts)
            let stored = Checksum(first: word(16), second: word(20))
            var next = [stored]
            for (position, seed) in seeds.enumerated() {
                let computed = sum(of: seed)
                if computed == stored {
                    // The first seed is the stored checksum. The second was computed from the content of the frame
                    // before.
                    frame.provesPrevious = position > 0
                    // The checksum does not cover the salts. A frame of an older generation normally starts from
                    // another checksum. But the frame before it may belong to that generation too.
                    frame.isRight = canBe(frame.page)
                    break
                }
                // If only the stored checksum is damaged, the next frame starts from the computed one.
                if frame.hasSalts, next.count < 2 { next.append(computed) }
            }
            if frame.isRight { next = [stored] }
            // A damaged checksum in the frame before would look like a damaged page number in this one.
            if !frame.isRight, isAfterRight, let seed = seeds.first, repair(&frame, from: seed, to: stored) {
                next = [stored]
            }
            isAfterRight = frame.isRight
            if frame.isRight, !frame.hasSalts, !isInGeneration { frame.isRight = false }
            isInGeneration = frame.isRight || frame.hasSalts
            seeds = next
            return frame
        }

        /// Whether the frame before, or the header of the log, is right.
        private var isAfterRight = false
        /// Whether the frame before belongs to this generation.
        private var isInGeneration = true

        /// Repairs the page number or the commit mark if only one of them is damaged. The checksum consists of
        /// additions, so it can be computed backwards from the stored one. This gives the original values of both.
        ///
        /// A flipped bit in the highest byte of a word of the page can look like one in the highest byte of the page
        /// number or the commit mark. So such damage is not repaired.
        private func repair(_ frame: inout Frame, from seed: Checksum, to stored: Checksum) -> Bool {
            var state = stored
            for at in stride(from: buffer.count - 8, through: frameHeaderSize, by: -8) {
                state.second = state.second &- sumWord(at + 4) &- state.first
                state.first = state.first &- sumWord(at) &- state.second
            }
            let pageWord = state.first &- seed.first &- seed.second
            let commitWord = state.second &- seed.second &- state.first
            let page = inOrder(pageWord)
            let commit = inOrder(commitWord)
            guard (page == frame.page) != (commit == frame.commit), canBe(page), commit <= highestPage else {
                return false
            }
            let difference = (pageWord &- sumWord(0)) | (commitWord &- sumWord(4))
            if difference & 0x00FF_FFFF == 0 {
                frame.isAmbiguous = true
                return false
            }
            frame.page = page
            frame.commit = commit
            frame.isRight = true
            return true
        }

        private func inOrder(_ word: UInt32) -> UInt32 { isBigEndian ? word : word.byteSwapped }

        private func offset(of index: Int) -> Int { headerSize + index * buffer.count }

        private func sum(of seed: Checksum) -> Checksum {
            sum(frameHeaderSize..<buffer.count, from: sum(0..<8, from: seed))
        }

        private func sum(_ range: Range<Int>, from seed: Checksum) -> Checksum {
            var state = seed
            buffer.withUnsafeBytes { bytes in
                for at in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                    let first = bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
                    let second = bytes.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)
                    state.first &+= (isBigEndian ? first.bigEndian : first.littleEndian) &+ state.second
                    state.second &+= (isBigEndian ? second.bigEndian : second.littleEndian) &+ state.first
                }
            }
            return state
        }

        private func sumWord(_ at: Int) -> UInt32 {
            isBigEndian ? word(at) : word(at).byteSwapped
        }

        /// Four bytes of the buffer, big-endian like all numbers in the headers.
        private func word(_ at: Int) -> UInt32 {
            UInt32(buffer[at]) << 24 | UInt32(buffer[at + 1]) << 16 | UInt32(buffer[at + 2]) << 8
                | UInt32(buffer[at + 3])
        }

        private func salts(at offset: Int) -> UInt64 { UInt64(word(offset)) << 32 | UInt64(word(offset + 4)) }
    }
}
