// SPDX-License-Identifier: Apache-2.0
import GPIO

/// A held request of output lines, and the chip's lines that it holds.
final class HeldOutputs {
    let descriptors: [CInt]
    let offsets: [Int]
    /// Indices into the chip's list of outputs, in the order of the request.
    let lines: [Int]
    var patience = ChipPatience()
    private let request: GPIOOutputRequest

    /// Requests `outputs`, all of them or none, directly into this object; see `HeldInputs`.
    ///
    /// - Parameter lines: the index in the chip's list of each output.
    /// - Throws: `GPIOError`, as `GPIOChip.request` does.
    init(
        _ outputs: [GPIOOutput], lines: [Int], of chip: borrowing GPIOChip, consumer: String
    ) throws(GPIOError) {
        request = try chip.request(outputs, consumer: consumer)
        descriptors = request.descriptors
        offsets = request.offsets
        self.lines = lines
    }

    /// Drives each line, in the order of `lines`.
    ///
    /// - Throws: `GPIOError`: `ENODEV` when the chip is gone.
    func write(_ values: [Bool]) throws(GPIOError) {
        try request.write(values)
    }
}
