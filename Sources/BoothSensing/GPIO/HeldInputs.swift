// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// A held request of input lines, and the chip's lines that it holds.
final class HeldInputs {
    let descriptors: [CInt]
    /// Indices into the chip's list of lines, in the order of the request.
    let lines: [Int]
    /// Indices of descriptors that are neither watched nor read; see `silence`.
    private(set) var unread: Set<Int> = []
    /// Lines whose edges the kernel does not report.
    private(set) var silenced: Set<Int> = []
    var patience = ChipPatience()
    private let request: GPIORequest
    private let inputs: [GPIOInput]
    private let lineOfOffset: [Int: Int]
    /// Lines for which kernel ABI v1 may have dropped an edge during the current reading.
    private var uncounted: Set<Int> = []
    private var buffer = SharedBuffer()

    /// Requests `inputs`, all of them or none.
    ///
    /// The request goes directly from the chip into this object. If it is passed as an argument, Swift 6.0's optimiser
    /// releases it while it is still held.
    ///
    /// - Parameter lines: the line index of each input.
    /// - Throws: `GPIOError`, as `GPIOChip.request` does.
    init(
        _ inputs: [GPIOInput], lines: [Int], of chip: borrowing GPIOChip, consumer: String
    ) throws(GPIOError) {
        request = try chip.request(inputs, consumer: consumer)
        descriptors = request.descriptors
        lineOfOffset = Dictionary(uniqueKeysWithValues: zip(request.offsets, lines))
        self.inputs = inputs
        self.lines = lines
    }

    var offsets: [Int] { inputs.map(\.offset) }

    /// Whether each line is active.
    ///
    /// - Throws: `GPIOError`: `ENODEV` when the chip is gone; `EIO`, `EREMOTEIO` and the like when an expander on a bus
    ///   did not answer this time.
    func readLevels() throws(GPIOError) -> [LineChanges.Level] {
        Array(zip(lines, try request.readValues())).map { (line: $0.0, isActive: $0.1) }
    }

    /// Reads all waiting edges, and then the levels.
    func readChanges() -> LineChanges {
        uncounted = []
        var changes = LineChanges(
            edges: { edges throws(GPIOError) in try self.takeEdges(into: &edges) },
            levels: { () throws(GPIOError) in try self.readLevels() })
        changes.uncounted = uncounted
        changes.doubtful = buffer.takeDoubtful(among: lines)
        return changes
    }

    /// Stops the edges of the `silent` lines, and reports the edges of all others.
    ///
    /// If possible the kernel stops them, which does not disturb the other lines. Otherwise, as with libgpiod 1.6, the
    /// descriptors of silent lines are not read; the kernel's buffer for them fills up, and those edges are ignored
    /// later. libgpiod 2 may refuse with `E2BIG` (more than ten different settings in one request). Then the shared
    /// descriptor is still read: the flooding line costs time, but no other line is ignored.
    ///
    /// - Throws: `GPIOError` when the chip is gone, or when the kernel does not switch edges on again.
    func silence(_ silent: Set<Int>) throws(GPIOError) {
        do throws(GPIOError) {
            try request.reconfigure(zip(lines, inputs).map { Self.setting($1, isSilent: silent.contains($0)) })
            silenced = silent
            unread = []
        } catch {
            if error.meansChipGone || !silenced.isSubset(of: silent) { throw error }
            unread = Self.unread(silent, of: lines, descriptors: descriptors.count)
        }
    }

    private static func setting(_ input: GPIOInput, isSilent: Bool) -> GPIOInput {
        var input = input
        input.reportsEdges = !isSilent
        return input
    }

    /// The indices of descriptors that serve only `silent` lines.
    static func unread(_ silent: Set<Int>, of lines: [Int], descriptors: Int) -> Set<Int> {
        guard descriptors == lines.count else { return silent.isSuperset(of: lines) ? Set(0..<descriptors) : [] }
        return Set(lines.indices.filter { silent.contains(lines[$0]) })
    }

    /// Appends the edges of every descriptor, in the order in which they happened. The number is bounded.
    ///
    /// - Throws: `GPIOError`. Edges read before the error are appended too, because the kernel does not keep a copy.
    private func takeEdges(into edges: inout [LineChanges.Edge]) throws(GPIOError) {
        var taken: [GPIOEdge] = []
        defer {
            // With one descriptor for each line the order between lines is lost; the timestamps restore it.
            if descriptors.count > 1 { taken.sort { $0.timestampNanoseconds < $1.timestampNanoseconds } }
            edges += taken.compactMap { edge in lineOfOffset[edge.offset].map { (line: $0, edge: edge) } }
        }
        for index in descriptors.indices where !unread.contains(index) {
            for _ in 0..<16 {
                let batch = try request.readEdges(from: index)
                if batch.isEmpty {
                    buffer.drain()
                    break
                }
                if batch.count == GPIORequest.uncountedBatch, batch[0].lineSequence == nil,
                    let line = lineOfOffset[batch[0].offset]
                {
                    uncounted.insert(line)
                }
                for edge in batch { lineOfOffset[edge.offset].map { buffer.apply(edge, of: $0) } }
                taken += batch
            }
        }
    }
}
