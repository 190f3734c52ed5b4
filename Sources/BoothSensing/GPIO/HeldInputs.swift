// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// A request that is held, and which lines of its chip it holds.
final class HeldInputs {
    let descriptors: [CInt]
    /// Indices into the chip's list of lines, in the order of the request.
    let lines: [Int]
    /// Batches in which kernel ABI v1 may have dropped the newest edge without a word.
    private(set) var uncountedBatches: UInt64 = 0
    /// Readings that failed since the last that did not.
    var failuresInARow = 0
    private let request: GPIORequest
    private let lineOfOffset: [Int: Int]

    /// - Parameter lines: for each offset of `request`, which line it is.
    init(_ request: consuming GPIORequest, lines: [Int]) {
        descriptors = request.descriptors
        self.lines = lines
        lineOfOffset = Dictionary(uniqueKeysWithValues: zip(request.offsets, lines))
        self.request = request
    }

    /// Whether each line is active.
    ///
    /// - Throws: `GPIOError`: `ENODEV` when the chip is gone; `EIO`, `EREMOTEIO` and the like when an expander behind a
    ///   bus did not answer this once.
    func readLevels() throws(GPIOError) -> [LineChanges.Level] {
        Array(zip(lines, try request.readValues())).map { (line: $0.0, isActive: $0.1) }
    }

    /// Takes all edges that wait, and the levels behind them.
    func readChanges() -> LineChanges {
        LineChanges(
            edges: { edges throws(GPIOError) in try self.takeEdges(into: &edges) },
            levels: { () throws(GPIOError) in try self.readLevels() })
    }

    /// Appends the edges behind every descriptor, in the order in which they happened; bounded.
    ///
    /// - Throws: `GPIOError`; what the kernel had handed over by then is appended all the same: it has no second copy.
    private func takeEdges(into edges: inout [LineChanges.Edge]) throws(GPIOError) {
        var taken: [GPIOEdge] = []
        defer {
            // With a descriptor for each line, the kernel's order is lost between lines; its stamps have it.
            if descriptors.count > 1 { taken.sort { $0.timestampNanoseconds < $1.timestampNanoseconds } }
            edges += taken.compactMap { edge in lineOfOffset[edge.offset].map { (line: $0, edge: edge) } }
        }
        for index in descriptors.indices {
            for _ in 0..<16 {
                let batch = try request.readEdges(from: index)
                if batch.isEmpty { break }
                if batch.count == GPIORequest.uncountedBatch, batch[0].lineSequence == nil { uncountedBatches += 1 }
                taken += batch
            }
        }
    }
}
