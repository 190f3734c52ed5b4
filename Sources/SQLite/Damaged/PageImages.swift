// SPDX-License-Identifier: Apache-2.0

/// The verified images of each page: the one in the database file, and those in the log.
final class PageImages {
    enum Source: Equatable {
        case file
        /// A frame of the log, counted from 0.
        case frame(Int)
    }

    let pageSize: Int
    /// Bytes of a page that SQLite uses.
    let usableSize: Int
    let log: LogFrames
    /// Number of whole pages in the database file, damaged ones included.
    let filePages: Int
    /// The highest page number that may have an image.
    let highestPage: UInt32
    /// Pages of the file that could not be verified; a partial last page counts too.
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
                // The disk cannot read a part of this block: read page by page.
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
            // SQLite never writes the page with its lock bytes, so it is not damaged.
            damagedInFile += 1
        }
    }

    /// Whether a page is right. Without checksums, every page that is not all zeros is trusted.
    private func isRight(_ page: UInt32, _ buffer: [UInt8], at offset: Int) -> Bool {
        buffer.withUnsafeBytes { bytes in
            let image = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + pageSize])
            return hasChecksums ? CheckedPages.isRight(image, number: page) : image.contains { $0 != 0 }
        }
    }

    func isRightInFile(_ page: UInt32) -> Bool { rightInFile.contains(page) }

    /// Reads an image.
    ///
    /// - Parameter buffer: has the size of one page.
    /// - Returns: whether it could be read. A page of the file is verified again, because the file may have changed.
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

    /// Whether the file has the same image as the frame, apart from the checksum.
    func isInFile(_ page: UInt32, frame: Int) -> Bool {
        read(page, from: .file, into: &compared.0) && read(page, from: .frame(frame), into: &compared.1)
            && compared.0[..<usableSize] == compared.1[..<usableSize]
    }

    // MARK: Choosing an image

    /// The newest image of a page that belongs to a complete transaction.
    ///
    /// - Returns: the image, and whether no newer damaged one is known; nil if there is none.
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

    /// The image of an overflow page at the time of a leaf's image.
    ///
    /// - Parameters:
    ///   - leaf: the source of the leaf's image.
    ///   - moment: the last frame written at that time.
    ///   - hasSameCellInFile: whether any page of the file has the same cell.
    /// - Returns: the image, and whether it certainly belongs there; nil if there is none.
    func overflow(
        _ page: UInt32, leaf: Source, moment: Int, hasSameCellInFile: () -> Bool
    ) -> (source: Source, isCertain: Bool)? {
        // In an unfinished transaction, pages may be missing that would have been written later.
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
                    // If the log was cut, a leaf in the file may be newer than this frame.
                    if leaf == .file, !isInFile(page, frame: frame) { isCertain = false }
                    return (.frame(frame), isCertain)
                }
                isCertain = false
            }
            frame = Int(log.previous[frame])
        }
        guard isRightInFile(page) else { return nil }
        // A checkpoint may have written to the file after this moment.
        if isInLog || oldest > 0 || !log.unknown.isEmpty { isCertain = false }
        if leaf != .file, isCertain { isCertain = hasSameCellInFile() }
        return (.file, isCertain)
    }
}
