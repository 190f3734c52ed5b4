// SPDX-License-Identifier: Apache-2.0

// Arithmetic on numbers from a file, a socket or a device. A result beyond the range becomes the nearest end of the
// range.
extension FixedWidthInteger {
    /// The sum, within the range of this type.
    package func clampedSum(_ other: Self) -> Self {
        let (sum, isBeyond) = addingReportingOverflow(other)
        return isBeyond ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, within the range of this type.
    package func clampedDifference(_ other: Self) -> Self {
        let (difference, isBeyond) = subtractingReportingOverflow(other)
        return isBeyond ? (other < 0 ? .max : .min) : difference
    }

    /// The product, within the range of this type.
    package func clampedProduct(_ other: Self) -> Self {
        let (product, isBeyond) = multipliedReportingOverflow(by: other)
        return isBeyond ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}

extension Int {
    /// The whole part of `number`, within the range of this type; 0 for NaN.
    package init(clamping number: Double) {
        self = Int(exactly: number.rounded(.towardZero)) ?? (number.isNaN ? 0 : number < 0 ? .min : .max)
    }
}
