// SPDX-License-Identifier: Apache-2.0
import CGpiodShims
import Glibc

/// An input line to request, with its settings.
package struct GPIOInput: Hashable, Sendable {
    /// Counted from 0 within the chip.
    package var offset: Int
    package var bias: GPIOBias
    /// Whether a low level is active. The kernel inverts values and edges.
    package var isActiveLow: Bool
    /// The kernel's debounce period. libgpiod 1.x cannot debounce and reports every edge.
    package var debounce: Duration
    /// Whether the kernel reports its edges; libgpiod 1.x always does.
    package var reportsEdges = true

    package init(offset: Int, bias: GPIOBias = .asIs, isActiveLow: Bool = false, debounce: Duration = .zero) {
        self.offset = offset
        self.bias = bias
        self.isActiveLow = isActiveLow
        self.debounce = debounce
    }

    var raw: cgpiod_line {
        var line = cgpiod_line()
        line.offset = UInt32(clamping: offset)
        line.active_low = isActiveLow
        line.edges = reportsEdges
        line.debounce_us = UInt32(
            clamping: debounce.components.seconds * 1_000_000 + debounce.components.attoseconds / 1_000_000_000_000)
        line.bias = bias.raw
        return line
    }
}

/// An edge event of a line.
package struct GPIOEdge: Hashable, Sendable {
    /// The line's offset in the chip, counted from 0.
    package var offset: Int
    /// Whether the line became active; active-low is already applied.
    package var isActive: Bool
    /// The kernel's time stamp (CLOCK_MONOTONIC).
    package var timestampNanoseconds: Int64
    /// The number of this line's edge, counted from 1, lost edges included; nil with kernel ABI v1, which does not
    /// count.
    package var lineSequence: UInt64?
    /// The number of the edge among all lines of the request, counted from 1. Lost edges are included, and with some
    /// drivers also merged edges. Nil with kernel ABI v1.
    package var requestSequence: UInt64?

    package init(
        offset: Int, isActive: Bool, timestampNanoseconds: Int64, lineSequence: UInt64? = nil,
        requestSequence: UInt64? = nil
    ) {
        self.offset = offset
        self.isActive = isActive
        self.timestampNanoseconds = timestampNanoseconds
        self.lineSequence = lineSequence
        self.requestSequence = requestSequence
    }
}

/// Lines of one chip held as inputs, released with this value.
///
/// Nothing here blocks.
package struct GPIORequest: ~Copyable {
    /// The most lines in one request.
    package static let mostLines = Int(CGPIOD_MOST_LINES)
    /// How many edges kernel ABI v1 keeps for a line. After a batch of this size, newer edges may be lost.
    package static let uncountedBatch = Int(CGPIOD_V1_BUFFER)
    /// How many edges kernel ABI v2 keeps for a request. When it is full, a new edge replaces the oldest.
    package static let countedBuffer = Int(CGPIOD_V2_BUFFER)

    private let raw: OpaquePointer
    /// The lines in the requested order.
    package let offsets: [Int]

    init(owning raw: OpaquePointer, of inputs: [GPIOInput]) {
        self.raw = raw
        offsets = inputs.map(\.offset)
    }

    deinit {
        cgpiod_release(raw)
    }

    /// The descriptors to wait for: one with libgpiod 2, one for each line with 1.x.
    ///
    /// Readable when edges wait; error or hang-up when the chip is gone.
    package var descriptors: [CInt] {
        (0..<cgpiod_descriptor_count(raw)).map { cgpiod_descriptor(raw, $0) }
    }

    /// Reads the waiting edges of one descriptor, oldest first, one batch at most.
    ///
    /// - Parameter index: the index in `descriptors`.
    /// - Returns: empty when no edge waits; call again until then.
    /// - Throws: `GPIOError`: `ENODEV` when the chip is gone.
    package func readEdges(from index: Int) throws(GPIOError) -> [GPIOEdge] {
        let capacity = 64
        var code: CInt = 0
        let edges = [cgpiod_edge](unsafeUninitializedCapacity: capacity) { buffer, count in
            let read = cgpiod_read_edges(raw, index, buffer.baseAddress, capacity)
            code = read < 0 ? errno : 0
            count = Int(max(0, read))
        }
        guard code == 0 else { throw GPIOError(.readEdges, code: code) }
        return edges.map { edge in
            GPIOEdge(
                offset: Int(edge.offset), isActive: edge.active, timestampNanoseconds: edge.timestamp_ns,
                lineSequence: edge.line_seqno == 0 ? nil : edge.line_seqno,
                requestSequence: edge.request_seqno == 0 ? nil : edge.request_seqno)
        }
    }

    /// Changes the settings of the lines, for example to switch a line's edges off. Edge numbers continue.
    ///
    /// - Parameter inputs: the lines of the request, in its order.
    /// - Throws: `GPIOError`: `ENOTSUP` from libgpiod 1.x, `E2BIG` when the lines have more different settings than the
    ///   kernel allows, `ENODEV` when the chip is gone. After an error the settings are unknown.
    package func reconfigure(_ inputs: [GPIOInput]) throws(GPIOError) {
        guard cgpiod_reconfigure_inputs(raw, inputs.map(\.raw), inputs.count) == 0 else {
            throw GPIOError(.reconfigure, code: errno)
        }
    }

    /// Reads whether each line is active, in the order of `offsets`.
    ///
    /// - Throws: `GPIOError`: `ENODEV` when the chip is gone.
    package func readValues() throws(GPIOError) -> [Bool] {
        var values = [UInt8](repeating: 0, count: offsets.count)
        guard cgpiod_read_values(raw, &values) == 0 else { throw GPIOError(.readValues, code: errno) }
        return values.map { $0 != 0 }
    }
}
