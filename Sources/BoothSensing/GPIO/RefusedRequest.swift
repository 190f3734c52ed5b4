// SPDX-License-Identifier: Apache-2.0
import GPIO
import Glibc

/// What is left to ask for when the kernel refuses lines.
///
/// A driver that knows no debounce or bias at all is not asked: the kernel debounces by itself then, and passes over
/// the bias (gpiolib.c, ENOTSUPP). One that knows them and does not like this one refuses the whole request: EINVAL.
enum RefusedRequest {
    /// The same without debounce; nil where that was not the matter.
    static func withoutDebounce(_ inputs: [GPIOInput], after error: GPIOError) -> [GPIOInput]? {
        guard error.code != EBUSY, !error.meansChipGone else { return nil }
        let plain = inputs.map(withoutDebounce)
        return plain == inputs ? nil : plain
    }

    /// The same with the resistor left as it is, to find out whether that was the matter; nil where none was asked for.
    static func withoutBias(_ input: GPIOInput) -> GPIOInput? {
        guard input.bias != .asIs else { return nil }
        var plain = withoutDebounce(input)
        plain.bias = .asIs
        return plain
    }

    private static func withoutDebounce(_ input: GPIOInput) -> GPIOInput {
        var plain = input
        plain.debounce = .zero
        return plain
    }
}
