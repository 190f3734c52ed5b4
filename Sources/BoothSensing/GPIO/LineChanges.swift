// SPDX-License-Identifier: Apache-2.0
import GPIO

/// What was read of the lines of one request in one go.
struct LineChanges {
    typealias Edge = (line: Int, edge: GPIOEdge)
    typealias Level = (line: Int, isActive: Bool)

    /// What the kernel handed over, whether or not reading went wrong behind it.
    private(set) var edges: [Edge] = []
    /// The levels after the last of the edges, without lines whose edges come faster than they can be read; nil after a
    /// failure.
    private(set) var levels: [Level]?
    /// Lines of which some edges may have been dropped before the kernel handed over the rest, uncounted.
    var uncounted: Set<Int> = []
    /// What broke the reading off.
    private(set) var failure: GPIOError?

    /// Takes edges and then levels.
    ///
    /// A level is newer than the edges only if none came in between, so edges are asked for again after the levels;
    /// four times at most: a line that never rests is left to the next turn, and the others' levels hold all the same.
    ///
    /// - Parameters:
    ///   - edges: appends those that wait, also where it throws; what the kernel can hold, at least.
    ///   - levels: reads the level of each line.
    init(
        edges takeEdges: (inout [Edge]) throws(GPIOError) -> Void, levels readLevels: () throws(GPIOError) -> [Level]
    ) {
        do throws(GPIOError) {
            try takeEdges(&edges)
            for _ in 0..<4 {
                let read = try readLevels()
                let known = edges.count
                try takeEdges(&edges)
                let restless = Set(edges[known...].map(\.line))
                levels = read.filter { !restless.contains($0.line) }
                if restless.isEmpty { return }
            }
        } catch {
            levels = nil
            failure = error
        }
    }
}
