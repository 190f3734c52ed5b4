// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// A request that is held, and which lines of its chip it holds.
final class HeldLines {
    let descriptors: [CInt]
    /// Indices into the chip's list of lines, in the order of the request.
    let lines: [Int]
    /// Batches in which kernel ABI v1 may have dropped the newest edge without a word.
    private(set) var uncountedBatches: UInt64 = 0
    private let request: GPIORequest
    private let lineOfOffset: [Int: Int]

    /// What was read in one go.
    struct Changes {
        var edges: [(line: Int, edge: GPIOEdge)]
        /// The levels after the last of the edges; nil while edges come faster than they can be read.
        var levels: [(line: Int, isActive: Bool)]?
    }

    /// - Parameter lines: for each offset of `request`, which line it is.
    init(_ request: consuming GPIORequest, lines: [Int]) {
        descriptors = request.descriptors
        self.lines = lines
        lineOfOffset = Dictionary(uniqueKeysWithValues: zip(request.offsets, lines))
        self.request = request
    }

    /// Whether each line is active.
    ///
    /// - Throws: `GPIOError`: `ENODEV` when the chip is gone.
    func readLevels() throws(GPIOError) -> [(line: Int, isActive: Bool)] {
        Array(zip(lines, try request.readValues())).map { (line: $0.0, isActive: $0.1) }
    }

    /// Takes all edges that wait, and the levels behind them.
    ///
    /// A level is newer than the edges only if none came in between, so edges are asked for again after the levels;
    /// four times at most: a line that never rests is left to the next turn.
    /// - Throws: `GPIOError`: `ENODEV` when the chip is gone.
    func readChanges() throws(GPIOError) -> Changes {
        var changes = Changes(edges: try takeEdges(), levels: nil)
        for _ in 0..<4 {
            let levels = try readLevels()
            let late = try takeEdges()
            guard !late.isEmpty else {
                changes.levels = levels
                break
            }
            changes.edges += late
        }
        return changes
    }

    /// The edges behind every descriptor, in the order in which they happened; bounded.
    private func takeEdges() throws(GPIOError) -> [(line: Int, edge: GPIOEdge)] {
        var taken: [GPIOEdge] = []
        for index in descriptors.indices {
            for _ in 0..<16 {
                let batch = try request.readEdges(from: index)
                if batch.isEmpty { break }
                if batch.count == GPIORequest.uncountedBatch, batch[0].lineSequence == nil { uncountedBatches += 1 }
                taken += batch
            }
        }
        // With a descriptor for each line, the kernel's order is lost between lines; its stamps have it.
        if descriptors.count > 1 { taken.sort { $0.timestampNanoseconds < $1.timestampNanoseconds } }
        return taken.compactMap { edge in lineOfOffset[edge.offset].map { (line: $0, edge: edge) } }
    }
}
