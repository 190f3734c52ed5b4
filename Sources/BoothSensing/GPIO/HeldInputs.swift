// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// A request of inputs that is held, and which lines of its chip it holds.
final class HeldInputs {
    let descriptors: [CInt]
    /// Indices into the chip's list of lines, in the order of the request.
    let lines: [Int]
    /// Descriptors, by index, that are to be neither watched nor read: see `silence`.
    private(set) var unread: Set<Int> = []
    /// Lines whose edges the kernel leaves off.
    private(set) var silenced: Set<Int> = []
    var patience = ChipPatience()
    private let request: GPIORequest
    private let inputs: [GPIOInput]
    private let lineOfOffset: [Int: Int]
    /// Lines of which kernel ABI v1 may have dropped an edge, in the changes that are being read.
    private var uncounted: Set<Int> = []
    private var buffer = SharedBuffer()

    /// Requests `inputs`, all of them or none.
    ///
    /// The request goes from the chip into this object: Swift 6.0's optimiser gives one that is handed on as an argument
    /// back to the kernel while it is still held.
    ///
    /// - Parameter lines: for each input, which line it is.
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
    /// - Throws: `GPIOError`: `ENODEV` when the chip is gone; `EIO`, `EREMOTEIO` and the like when an expander behind a
    ///   bus did not answer this once.
    func readLevels() throws(GPIOError) -> [LineChanges.Level] {
        Array(zip(lines, try request.readValues())).map { (line: $0.0, isActive: $0.1) }
    }

    /// Takes all edges that wait, and the levels behind them.
    func readChanges() -> LineChanges {
        uncounted = []
        var changes = LineChanges(
            edges: { edges throws(GPIOError) in try self.takeEdges(into: &edges) },
            levels: { () throws(GPIOError) in try self.readLevels() })
        changes.uncounted = uncounted
        changes.doubtful = buffer.takeDoubtful(among: lines)
        return changes
    }

    /// Leaves off the edges of `silent` and no others.
    ///
    /// The kernel is asked for it where it can; its other lines notice nothing. Where it cannot, as with libgpiod 1.6,
    /// the descriptors of these lines are left unread: what the kernel keeps for them is full soon and is thrown away.
    /// A descriptor that all lines share is read on, though, when libgpiod 2 refuses (`E2BIG`: its lines are set in more
    /// than ten ways): a line that floods costs time then, and makes no other deaf.
    ///
    /// - Throws: `GPIOError` when the chip is gone, and when the kernel does not take back what it has left off.
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

    /// Which descriptors no line but the `silent` ones is behind.
    static func unread(_ silent: Set<Int>, of lines: [Int], descriptors: Int) -> Set<Int> {
        guard descriptors == lines.count else { return silent.isSuperset(of: lines) ? Set(0..<descriptors) : [] }
        return Set(lines.indices.filter { silent.contains(lines[$0]) })
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
