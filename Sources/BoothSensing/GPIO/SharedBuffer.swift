// SPDX-License-Identifier: Apache-2.0
import GPIO

/// Tells, of the buffer that the lines of a request share in kernel ABI v2, which lines may have lost edges unheard.
///
/// The one edge too many pushes out the oldest, whichever line's it is. The line's own number tells of it exactly, but
/// only with that line's next edge: a press and its release that a chattering neighbour pushed out would be told of at
/// the next press. The number within the request jumps at once. What no line's own jump accounts for is some other
/// line's, one without an edge since.
///
/// The number within the request is given by the interrupt and that of the line by its thread (gpiolib-cdev.c,
/// edge_irq_handler, edge_irq_thread): two interrupts that one thread serves are a jump as well, and threads may overtake
/// each other. So only a jump with a full buffer behind it counts, as whatever was dropped has. If interrupts merged
/// among the very edges that were dropped, there is doubt without loss; nothing can tell the two apart.
///
/// Leaving a line's edges off and on again changes neither number.
///
/// Pure: told each edge in the order in which the kernel handed it over.
struct SharedBuffer {
    private struct Jump {
        var place: Int
        var count: Int
    }

    /// The last number of each line, and the newest within the request; 32 bits in the kernel.
    private var lastOfLine: [Int: UInt32] = [:]
    private var newest: UInt32 = 0
    /// How many edges were read, and how many by the last of each line.
    private var read = 0
    private var heard: [Int: Int] = [:]
    /// Jumps that have no full buffer behind them yet.
    private var jumps: [Jump] = []
    private var lastLoss = 0
    /// Edges that were dropped, without those that a line's own number told of.
    private var unaccounted = 0
    /// What of them was told.
    private var told = 0
    private var isDrained = true

    /// Reckons with an edge; one without numbers is of ABI v1, where lines share nothing.
    mutating func apply(_ edge: GPIOEdge, of line: Int) {
        guard let own = edge.lineSequence, let shared = edge.requestSequence else { return }
        read += 1
        isDrained = false
        let advance = Self.distance(from: newest, to: shared)
        if advance > 0 { newest = UInt32(truncatingIfNeeded: shared) }
        // One that was overtaken takes back the jump that the other made.
        let jump = max(advance, 0) - 1
        if jump != 0 { jumps.append(Jump(place: read, count: jump)) }
        unaccounted -= max(Self.distance(from: lastOfLine[line] ?? 0, to: own) - 1, 0)
        lastOfLine[line] = UInt32(truncatingIfNeeded: own)
        heard[line] = read
    }

    /// The buffer was found empty: what it has been full behind is known.
    mutating func drain() {
        reckonJumps()
        jumps = []
        isDrained = true
    }

    /// Which lines may have lost edges since this was asked last; each loss is told once.
    mutating func takeDoubtful(among lines: [Int]) -> Set<Int> {
        reckonJumps()
        let isNews = unaccounted > told
        // Less than was told: a line's own number has told the rest. Before the buffer is empty, jumps may be yet to come
        // that lines have accounted for.
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
