// SPDX-License-Identifier: Apache-2.0
import GPIO

/// The edges and levels read from one request in one go.
struct LineChanges {
    typealias Edge = (line: Int, edge: GPIOEdge)
    typealias Level = (line: Int, isActive: Bool)

    /// The edges that the kernel gave, even if reading failed later.
    private(set) var edges: [Edge] = []
    /// The levels after the last edge; nil after a failure. Lines are left out if their edges come faster than they are
    /// read.
    private(set) var levels: [Level]?
    /// Lines whose edges the kernel may have dropped without counting them.
    var uncounted: Set<Int> = []
    /// Lines without an edge since the kernel dropped edges that may have been theirs: see `SharedBuffer`.
    var doubtful: Set<Int> = []
    private(set) var failure: GPIOError?

    /// Reads edges and then levels.
    ///
    /// A level is newer than the edges only if no edge came in between. So edges are read again after the levels, four
    /// times at most. A line that still changes is left to the next turn; the levels of the other lines are valid.
    ///
    /// - Parameters:
    ///   - edges: appends the waiting edges, at least as many as the kernel can hold, even if it then throws.
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
