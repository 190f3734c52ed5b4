// SPDX-License-Identifier: Apache-2.0

/// The frames of a write-ahead log that may be damaged (sqlite.org/fileformat2.html, 4).
///
/// SQLite stops at the first wrong frame, since the checksums are a chain. But each frame's checksum starts from the one
/// that is stored in the frame before it. So a frame can prove itself whatever became of the others.
///
/// One thing cannot be told from damage: a transaction that was rolled back after a part of it had been written leaves
/// frames behind the end of a log. They have a wrong frame before them, and no commit.
struct LogFrames {
    enum State: UInt8 {
        /// Its checksum is right.
        case right
        /// It is damaged, but the number of its page is believed.
        case wrong
        /// It is damaged, and it may be of any page.
        case unknown
    }

    static let headerSize = 32
    static let frameHeaderSize = 24
    /// More than this is not looked at: 1 GiB of log with the smallest pages.
    private static let mostFrames = 1 << 21
    /// Pages with higher numbers are not looked at: 4 GiB of the smallest.
    static let highestPage: UInt32 = 1 << 23

    /// Of each frame, in the order of the log.
    private(set) var states: [State] = []
    /// The frame's page; 0 where it is not known.
    private(set) var pages: [UInt32] = []
    /// The frame before this one with the same page; -1 where there is none.
    private(set) var previous: [Int32] = []
    /// The first frame from this one on that ends a transaction, be it damaged; the number of frames where none does.
    private(set) var commitEnds: [Int32] = []
    /// The last frame of each page.
    private(set) var newest: [UInt32: Int32] = [:]
    /// Frames whose page is not known, ascending.
    private(set) var unknown: [Int] = []
    /// The last frame that ends a transaction; -1 where none does.
    private(set) var lastCommit = -1

    var count: Int { states.count }
    let pageSize: Int

    init(_ file: FileReader, pageSize: Int) {
        self.pageSize = pageSize
        var scan = Scan(file, pageSize: pageSize, most: Self.mostFrames)
        guard scan.findGeneration() else { return }
        // Whether a frame ends a transaction, as far as its header is believed.
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
        // Behind the last frame of this generation come those of older ones, which SQLite leaves there.
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

    /// Where the page of a frame starts in the file.
    func offset(of frame: Int) -> Int {
        Self.headerSize + frame * (Self.frameHeaderSize + pageSize) + Self.frameHeaderSize
    }

    /// Whether a frame of an unknown page lies behind `low`, and not behind `high`.
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
        /// The size of the database in pages where this frame ends a transaction, 0 otherwise.
        var commit: UInt32 = 0
        var isRight = false
        /// Whether it carries the salts of this generation.
        var hasSalts = false
        /// Whether the damage may be in the header or in the page.
        var isAmbiguous = false
        /// Whether the frame before it is right but for its stored checksum.
        var provesPrevious = false
    }

    /// Goes over a log once, frame by frame.
    private struct Scan {
        private let file: FileReader
        private let pageSize: Int
        let slots: Int
        private var buffer: [UInt8]
        private var isBigEndian = false
        private var salts: UInt64 = 0
        /// From where the next frame's checksum may start: as stored, and as computed.
        private var seeds: [Checksum] = []

        init(_ file: FileReader, pageSize: Int, most: Int) {
            self.file = file
            self.pageSize = pageSize
            slots = min(max(0, (file.size - headerSize) / (frameHeaderSize + pageSize)), most)
            buffer = [UInt8](repeating: 0, count: frameHeaderSize + pageSize)
        }

        /// Finds the byte order of the checksums and the salts of the newest generation of frames.
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

        /// The header is damaged, so its frames tell: the newest generation is at the start of the log, and the first
        /// frame that follows on its predecessor is of it.
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

        /// Frames are to be read in their order. One that the disk refuses is damaged.
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
                    // The first is the stored one. Another was computed from all of the frame before.
                    frame.provesPrevious = position > 0
                    // The salts are not in the sum. A frame of an older generation starts from another checksum, but its
                    // predecessor may be one of that generation as well.
                    frame.isRight = canBe(frame.page)
                    break
                }
                // If just the stored checksum is damaged, the next frame starts from the computed one.
                if frame.hasSalts, next.count < 2 { next.append(computed) }
            }
            if frame.isRight { next = [stored] }
            // A damaged checksum in the frame before would look like a damaged number in this one.
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
        /// Whether the frame before is of this generation.
        private var isInGeneration = true

        /// Puts the page number or the commit mark right, where just one of them is damaged. The checksum is made of
        /// additions, so it can be followed backwards from the stored one: that gives what both must have been.
        ///
        /// A flipped bit in the highest byte of a word of the page can look the same as one in the highest byte of one
        /// of the two, in the order of the checksum. So those are not put right.
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

        /// The checksum of the frame in the buffer.
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

        /// Four bytes of the buffer; big-endian, as all numbers in the headers are.
        private func word(_ at: Int) -> UInt32 {
            UInt32(buffer[at]) << 24 | UInt32(buffer[at + 1]) << 16 | UInt32(buffer[at + 2]) << 8
                | UInt32(buffer[at + 3])
        }

        private func salts(at offset: Int) -> UInt64 { UInt64(word(offset)) << 32 | UInt64(word(offset + 4)) }
    }
}
