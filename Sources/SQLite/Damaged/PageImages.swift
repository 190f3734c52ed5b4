// SPDX-License-Identifier: Apache-2.0

/// The images of each page that prove themselves: the one in the database file, and those in the log.
final class PageImages {
    /// Where an image is.
    enum Source: Equatable {
        case file
        /// The frame of the log, counted from 0.
        case frame(Int)
    }

    let pageSize: Int
    /// The part of a page that SQLite uses.
    let usableSize: Int
    let log: LogFrames
    /// How many whole pages the database file has, damaged ones among them.
    let filePages: Int
    /// The highest page number of which there may be an image.
    let highestPage: UInt32
    /// Pages of the file, one that is cut in the middle among them, that do not prove themselves.
    private(set) var damagedInFile = 0

    private let file: FileReader
    private let logFile: FileReader
    private var rightInFile: PageSet
    private let hasChecksums: Bool
    private var compared: ([UInt8], [UInt8])

    init(database: String, log logPath: String, pageSize: Int, reserved: Int) throws(SQLiteError) {
        file = try FileReader(path: database)
        logFile = try FileReader(path: logPath)
        self.pageSize = pageSize
        usableSize = pageSize - reserved
        hasChecksums = reserved >= CheckedPages.reservedBytes
        log = LogFrames(logFile, pageSize: pageSize)
        filePages = min(file.size / pageSize, Int(LogFrames.highestPage))
        highestPage = max(UInt32(filePages), log.newest.keys.max() ?? 0)
        rightInFile = PageSet(upTo: filePages)
        compared = ([UInt8](repeating: 0, count: pageSize), [UInt8](repeating: 0, count: pageSize))
        lookAtFile()
        if file.size % pageSize != 0 { damagedInFile += 1 }
    }

    private func lookAtFile() {
        let pagesAtOnce = 65536 / pageSize
        var buffer = [UInt8](repeating: 0, count: pagesAtOnce * pageSize)
        var first = 1
        while first <= filePages {
            let count = min(pagesAtOnce, filePages - first + 1)
            if file.read(count * pageSize, at: (first - 1) * pageSize, into: &buffer) {
                for index in 0..<count { note(UInt32(first + index), buffer, at: index * pageSize) }
            } else {
                // The disk refuses a part of it.
                for page in first..<(first + count) {
                    if file.read(pageSize, at: (page - 1) * pageSize, into: &buffer) {
                        note(UInt32(page), buffer, at: 0)
                    } else {
                        damagedInFile += 1
                    }
                }
            }
            first += count
        }
    }

    private func note(_ page: UInt32, _ buffer: [UInt8], at offset: Int) {
        if isRight(page, buffer, at: offset) {
            rightInFile.insert(page)
        } else if Int(page) != 0x4000_0000 / pageSize + 1 {
            // The page around the bytes that SQLite locks is never written.
            damagedInFile += 1
        }
    }

    /// Without checksums a page is believed unless it is zeroed.
    private func isRight(_ page: UInt32, _ buffer: [UInt8], at offset: Int) -> Bool {
        buffer.withUnsafeBytes { bytes in
            let image = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + pageSize])
            return hasChecksums ? CheckedPages.isRight(image, number: page) : image.contains { $0 != 0 }
        }
    }

    func isRightInFile(_ page: UInt32) -> Bool { rightInFile.contains(page) }

    /// Reads an image.
    ///
    /// - Parameter buffer: of one page's size.
    /// - Returns: whether it is there. A file is verified once more: it may have changed.
    func read(_ page: UInt32, from source: Source, into buffer: inout [UInt8]) -> Bool {
        switch source {
        case .file:
            return isRightInFile(page) && file.read(pageSize, at: (Int(page) - 1) * pageSize, into: &buffer)
                && isRight(page, buffer, at: 0)
        case .frame(let index):
            return index < log.count && log.states[index] == .right
                && logFile.read(pageSize, at: log.offset(of: index), into: &buffer)
        }
    }

    /// Whether the file has the same image as a frame, but for the checksum.
    func isInFile(_ page: UInt32, frame: Int) -> Bool {
        read(page, from: .file, into: &compared.0) && read(page, from: .frame(frame), into: &compared.1)
            && compared.0[..<usableSize] == compared.1[..<usableSize]
    }

    // MARK: Which image

    /// The newest image of a page that belongs to a transaction that ended.
    ///
    /// - Returns: the image, and whether no newer one is known to be damaged; nil where there is none.
    func newest(of page: UInt32) -> (source: Source, isNewest: Bool)? {
        var isNewest = true
        var frame = Int(log.newest[page] ?? -1)
        while frame >= 0 {
            if frame <= log.lastCommit {
                if log.states[frame] == .right { return (.frame(frame), isNewest) }
                isNewest = false
            }
            frame = Int(log.previous[frame])
        }
        return isRightInFile(page) ? (.file, isNewest) : nil
    }

    /// The image of an overflow page as it was together with a leaf's image.
    ///
    /// - Parameters:
    ///   - leaf: where the leaf's image is.
    ///   - moment: the last frame that had been written then.
    ///   - hasSameCellInFile: whether any page of the file has the same cell.
    /// - Returns: the image, and whether it is certain that it belongs there; nil where there is none.
    func overflow(
        _ page: UInt32, leaf: Source, moment: Int, hasSameCellInFile: () -> Bool
    ) -> (source: Source, isCertain: Bool)? {
        // Frames of a transaction that did not end: pages may be missing that were to be written with them.
        let oldest = moment > log.lastCommit ? log.lastCommit + 1 : 0
        var start = moment
        if case .frame(let index) = leaf { start = index }
        var isCertain = !log.hasUnknown(after: start, through: moment)
        var frame = Int(log.newest[page] ?? -1)
        let isInLog = frame >= 0
        while frame >= 0 {
            if frame <= moment {
                if log.states[frame] == .right {
                    if frame < oldest || log.hasUnknown(after: frame, through: moment) { isCertain = false }
                    // A leaf in the file may be newer than this frame, if the log was cut.
                    if leaf == .file, !isInFile(page, frame: frame) { isCertain = false }
                    return (.frame(frame), isCertain)
                }
                isCertain = false
            }
            frame = Int(log.previous[frame])
        }
        guard isRightInFile(page) else { return nil }
        // The file may have been written to after this moment, by a checkpoint.
        if isInLog || oldest > 0 || !log.unknown.isEmpty { isCertain = false }
        if leaf != .file, isCertain { isCertain = hasSameCellInFile() }
        return (.file, isCertain)
    }
}
