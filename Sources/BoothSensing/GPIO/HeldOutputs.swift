// SPDX-License-Identifier: Apache-2.0
import GPIO

/// A request of outputs that is held, and which lines of its chip it holds.
final class HeldOutputs {
    let descriptors: [CInt]
    let offsets: [Int]
    /// Indices into the chip's list of outputs, in the order of the request.
    let lines: [Int]
    var patience = ChipPatience()
    private let request: GPIOOutputRequest

    /// - Parameter lines: for each offset of `request`, which output it is.
    init(_ request: consuming GPIOOutputRequest, lines: [Int]) {
        descriptors = request.descriptors
        offsets = request.offsets
        self.lines = lines
        self.request = request
    }

    /// Drives each line, in the order of `lines`.
    ///
    /// - Throws: `GPIOError`: `ENODEV` when the chip is gone.
    func write(_ values: [Bool]) throws(GPIOError) {
        try request.write(values)
    }
}
