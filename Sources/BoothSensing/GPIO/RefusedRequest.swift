// SPDX-License-Identifier: Apache-2.0
import GPIO
import Glibc

/// What to request instead when the kernel refuses lines.
///
/// If a driver has no debounce or bias at all, the kernel does not refuse: it debounces itself and ignores the bias
/// (gpiolib.c, ENOTSUPP). If a driver has them but not this setting, the whole request fails with EINVAL.
enum RefusedRequest {
    /// The same lines without debounce; nil if debounce cannot be the reason for `error`.
    static func withoutDebounce(_ inputs: [GPIOInput], after error: GPIOError) -> [GPIOInput]? {
        guard error.code != EBUSY, !error.meansChipGone else { return nil }
        let plain = inputs.map(withoutDebounce)
        return plain == inputs ? nil : plain
    }

    /// The same line with its bias unchanged, to test whether bias was the reason; nil if no bias was requested.
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
