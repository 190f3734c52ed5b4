// SPDX-License-Identifier: Apache-2.0
import CGpiodShims
import Glibc

/// An output line to request, with its settings.
package struct GPIOOutput: Hashable, Sendable {
    /// Counted from 0 within the chip.
    package var offset: Int
    package var bias: GPIOBias
    /// Whether a low level is active. The kernel inverts the values.
    package var isActiveLow: Bool
    /// The initial value.
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

/// Lines of one chip held as outputs, released with this value. The level of a released line is undefined.
///
/// Nothing here blocks.
package struct GPIOOutputRequest: ~Copyable {
    private let raw: OpaquePointer
    /// The lines in the requested order.
    package let offsets: [Int]

    init(owning raw: OpaquePointer, of outputs: [GPIOOutput]) {
        self.raw = raw
        offsets = outputs.map(\.offset)
    }

    deinit {
        cgpiod_release(raw)
    }

    /// The descriptors to wait for: hung up when the chip is gone. None with libgpiod 1.x, where only a write shows
    /// that.
    package var descriptors: [CInt] {
        (0..<cgpiod_descriptor_count(raw)).map { cgpiod_descriptor(raw, $0) }
    }

    /// Drives all lines.
    ///
    /// - Parameter values: whether each is to be active, in the order of `offsets`.
    /// - Throws: `GPIOError`: `ENODEV` when the chip is gone; `EIO`, `EREMOTEIO` and the like when an expander on a bus
    ///   did not answer this time.
    package func write(_ values: [Bool]) throws(GPIOError) {
        precondition(values.count == offsets.count, "\(values.count) values for \(offsets.count) lines")
        guard cgpiod_set_values(raw, values.map { $0 ? 1 : 0 }) == 0 else {
            throw GPIOError(.writeValues, code: errno)
        }
    }
}
