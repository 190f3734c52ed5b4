// SPDX-License-Identifier: Apache-2.0
import CGpiodShims
import Glibc

/// A line to be driven, and how.
package struct GPIOOutput: Hashable, Sendable {
    /// Counted from 0 within the chip.
    package var offset: Int
    package var bias: GPIOBias
    /// Whether active is a low level; the kernel turns values round.
    package var isActiveLow: Bool
    /// What it is driven to first.
    package var isActive: Bool

    package init(offset: Int, bias: GPIOBias = .asIs, isActiveLow: Bool = false, isActive: Bool) {
        self.offset = offset
        self.bias = bias
        self.isActiveLow = isActiveLow
        self.isActive = isActive
    }

    var raw: cgpiod_line {
        var line = cgpiod_line()
        line.offset = UInt32(clamping: offset)
        line.bias = bias.raw
        line.active_low = isActiveLow
        line.active = isActive
        return line
    }
}

/// Lines of one chip held as outputs, given back with this value; what a line is from then on is the chip's affair.
///
/// Nothing here blocks.
package struct GPIOOutputRequest: ~Copyable {
    private let raw: OpaquePointer
    /// The lines, in the order in which they were asked for.
    package let offsets: [Int]

    init(owning raw: OpaquePointer, of outputs: [GPIOOutput]) {
        self.raw = raw
        offsets = outputs.map(\.offset)
    }

    deinit {
        cgpiod_release(raw)
    }

    /// What to wait for: hung up when the chip is gone; none with libgpiod 1.x, which tells only when it is written to.
    package var descriptors: [CInt] {
        (0..<cgpiod_descriptor_count(raw)).map { cgpiod_descriptor(raw, $0) }
    }

    /// Drives each line.
    ///
    /// - Parameter values: whether each is to be active, in the order of `offsets`.
    /// - Throws: `GPIOError`: `ENODEV` when the chip is gone; `EIO`, `EREMOTEIO` and the like when an expander behind a
    ///   bus did not answer this once.
    package func write(_ values: [Bool]) throws(GPIOError) {
        precondition(values.count == offsets.count, "\(values.count) values for \(offsets.count) lines")
        guard cgpiod_set_values(raw, values.map { $0 ? 1 : 0 }) == 0 else {
            throw GPIOError(.writeValues, code: errno)
        }
    }
}
