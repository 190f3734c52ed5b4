// SPDX-License-Identifier: Apache-2.0
import GPIO

/// Finds lines that may have lost edges in the buffer that all lines of a request share (kernel ABI v2).
///
/// When the buffer is full, a new edge pushes out the oldest edge, of any line. The line's own sequence number shows
/// the loss exactly, but only at that line's next edge. Suppose a chattering line pushes out a press and its release on
/// another line: the loss would show only at the next press. The sequence number of the request jumps at once. The part
/// of that jump that no line's own jump explains belongs to lines without an edge since.
///
/// The request's number is set in the interrupt, the line's number in the interrupt thread (gpiolib-cdev.c,
/// edge_irq_handler, edge_irq_thread). Two interrupts served by one thread run also make a jump, and threads may
/// overtake each other. So a jump counts only if a full buffer of edges follows it, as is always true after a real
/// loss. If interrupts merged among the dropped edges, a line is doubted without a loss; the two cases look the same.
///
/// Switching a line's edges off and on again changes neither number.
///
/// Pure: gets each edge in the order in which the kernel gave it.
struct SharedBuffer {
    private struct Jump {
        var place: Int
        var count: Int
    }

    /// The last number of each line, and the newest number of the request. The kernel counts with 32 bits.
    private var lastOfLine: [Int: UInt32] = [:]
    private var newest: UInt32 = 0
    /// How many edges were read in all, and how many when each line had its last edge.
    private var read = 0
    private var heard: [Int: Int] = [:]
    /// Jumps that are not yet followed by a full buffer of edges.
    private var jumps: [Jump] = []
    private var lastLoss = 0
    /// Dropped edges that no line's own number explains.
    private var unaccounted = 0
    /// How many of `unaccounted` were reported.
    private var told = 0
    private var isDrained = true

    /// Counts an edge. An edge without numbers comes from ABI v1, where lines do not share a buffer.
    mutating func apply(_ edge: GPIOEdge, of line: Int) {
        guard let own = edge.lineSequence, let shared = edge.requestSequence else { return }
        read += 1
        isDrained = false
        let advance = Self.distance(from: newest, to: shared)
        if advance > 0 { newest = UInt32(truncatingIfNeeded: shared) }
        // If another edge overtook this one, this one cancels the jump that the other made.
        let jump = max(advance, 0) - 1
        if jump != 0 { jumps.append(Jump(place: read, count: jump)) }
        unaccounted -= max(Self.distance(from: lastOfLine[line] ?? 0, to: own) - 1, 0)
        lastOfLine[line] = UInt32(truncatingIfNeeded: own)
        heard[line] = read
    }

    /// The buffer was read until empty. Jumps that no full buffer followed are discarded.
    mutating func drain() {
        reckonJumps()
        jumps = []
        isDrained = true
    }

    /// The lines that may have lost edges since the last call. Each loss is returned once.
    mutating func takeDoubtful(among lines: [Int]) -> Set<Int> {
        reckonJumps()
        let isNews = unaccounted > told
        // Fewer than were reported: a line's own number has explained the rest since. While the buffer is not empty,
        // edges that lines already explained may still show as jumps.
        told = isDrained ? unaccounted : max(told, unaccounted)
        return isNews ? Set(lines.filter { heard[$0] ?? 0 < lastLoss }) : []
    }

    private mutating func reckonJumps() {
        let settled = jumps.prefix { read - $0.place + 1 >= GPIORequest.countedBuffer }
        for jump in settled {
            unaccounted += jump.count
            if jump.count > 0 { lastLoss = jump.place }
        }
        jumps.removeFirst(settled.count)
    }

    private static func distance(from last: UInt32, to next: UInt64) -> Int {
        Int(Int32(truncatingIfNeeded: next &- UInt64(last)))
    }
}
