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

    /// Requests `outputs`, all of them or none, into this object; see `HeldInputs`.
    ///
    /// - Parameter lines: for each output, which one of the chip it is.
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
