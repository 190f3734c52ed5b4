// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothModel

@Suite("Numbers from outside") struct ClampingTests {
    @Test("sums, differences and products stop at the ends of their range")
    func integers() {
        #expect(Int64.max.clampedSum(1) == .max && Int64.min.clampedSum(-1) == .min && 2.clampedSum(3) == 5)
        #expect(Int64.min.clampedDifference(1) == .min && Int64.max.clampedDifference(-1) == .max)
        #expect(Int64(0).clampedDifference(.min) == .max && UInt8(3).clampedDifference(7) == 0)
        #expect(
            Int64.max.clampedProduct(-2) == .min && Int64.min.clampedProduct(-1) == .max && 6.clampedProduct(7) == 42)
    }

    @Test("a figure without end is the last whole number, and one that is none is 0")
    func doubles() {
        #expect(Int(clamping: 1e300) == .max && Int(clamping: -1e300) == .min && Int(clamping: .nan) == 0)
        #expect(Int(clamping: -2.9) == -2 && Int(clamping: .infinity) == .max)
    }

    @Test("instants and spans beyond 292 years are as far as can be reckoned")
    func instants() {
        let last = BootTime(nanoseconds: .max)
        let first = BootTime(nanoseconds: .min)
        #expect(last + .seconds(1) == last && first + .seconds(-1) == first)
        #expect((last - first).nanoseconds == .max && (first - last).nanoseconds == .min)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max && Duration.seconds(Int64.min).milliseconds < 0)
        #expect(last.millisecondsAway(from: first) > 0 && first.millisecondsAway(from: last) == 0)
    }
}
