// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// Notes about ten years of events, some bytes for each: a file that two processes map, so that the notes of a killed
/// process remain.
///
/// Each byte is written by one thread only. Nobody uses a byte while it is being written, because a process that reads
/// after a kill starts after the one that wrote. Hence `@unchecked Sendable`.
final class YearsLedger: @unchecked Sendable {
    enum Figure: Int, CaseIterable {
        /// Events handed over, and those reported as recorded.
        case submitted, recorded
        /// One bit for each target that was told of the loss at the beginning of a new journal.
        case toldFirstLoss
        case generation
        /// The most bytes of the files, and the bytes now.
        case mostBytes, bytes
        case commits, commitNanoseconds, longestCommit
        /// Deliveries given out, repeated ones included.
        case given
        /// Starts after a kill: number, total time, longest.
        case starts, startNanoseconds, longestStart
        /// The most kilobytes of memory.
        case memory
    }

    enum Mark: Int, CaseIterable {
        /// Written by the process that hands over: the event's targets, and whether it is a press.
        case due
        /// Written by the journal's thread.
        case recorded
        /// One bit for each target.
        case given, answered
    }

    static let press: UInt8 = 0x80
    /// Stands for an event that reported a loss, in place of its index.
    static let loss = UInt32.max

    let total: Int
    private let base: UnsafeMutableRawPointer
    private let size: Int
    private static let head = 4096
    /// Counts beyond those of the events, for reports of losses.
    private static let spare = 1000

    init(_ path: String, total: Int) throws {
        self.total = total
        let counts = total + Self.spare
        size = Self.head + (Mark.allCases.count * total + 7) / 8 * 8 + 2 * 4 * (total + counts)
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0, ftruncate(file, off_t(size)) == 0 else { throw SystemError("open \(path)") }
        defer { close(file) }
        guard let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), mapped != MAP_FAILED else {
            throw SystemError("map \(path)")
        }
        base = mapped
    }

    deinit { munmap(base, size) }

    subscript(figure: Figure) -> Int {
        get { Int(base.load(fromByteOffset: figure.rawValue * 8, as: Int64.self)) }
        set { base.storeBytes(of: Int64(newValue), toByteOffset: figure.rawValue * 8, as: Int64.self) }
    }

    subscript(mark: Mark, event: Int) -> UInt8 {
        get { base.load(fromByteOffset: Self.head + mark.rawValue * total + event, as: UInt8.self) }
        set { base.storeBytes(of: newValue, toByteOffset: Self.head + mark.rawValue * total + event, as: UInt8.self) }
    }

    private var numbers: UnsafeMutablePointer<UInt32> {
        (base + Self.head + (Mark.allCases.count * total + 7) / 8 * 8).assumingMemoryBound(to: UInt32.self)
    }

    /// Notes that a count names an event for a target.
    ///
    /// - Parameter event: an index; nil: an event that reported a loss.
    /// - Returns: the problem; nil: none.
    func note(count: Int, of event: Int?, for target: Int) -> String? {
        guard (1..<total + Self.spare).contains(count) else { return "count \(count) is beyond all events" }
        let named = numbers + 2 * total + target * (total + Self.spare) + count
        let name = event.map { UInt32($0 + 1) } ?? Self.loss
        if named.pointee != 0, named.pointee != name { return "count \(count) names a second event" }
        named.pointee = name
        guard let event else { return nil }
        let counted = numbers + target * total + event
        if counted.pointee != 0, counted.pointee != UInt32(count) {
            return "event \(event) has a second count \(count)"
        }
        counted.pointee = UInt32(count)
        return nil
    }
}
