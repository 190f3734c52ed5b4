// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO
import Glibc
import Testing

@testable import BoothSensing

@Suite("Line groups")
struct LineGroupsTests {
    @Test("are as few as the kernel takes", arguments: [(1, [1]), (64, [64]), (65, [64, 1]), (200, [64, 64, 64, 8])])
    func sizes(count: Int, expected: [Int]) throws {
        #expect(try groups(of: count, bad: []).held.map(\.count) == expected)
    }

    @Test("keep the good lines together where one spoils the request")
    func spoiled() throws {
        let (held, refused) = try groups(of: 8, bad: [5])
        #expect(refused == [5])
        #expect(held == [[0, 1, 2, 3], [4], [6, 7]])
    }

    @Test("refuse each line where all are bad")
    func allBad() throws {
        let (held, refused) = try groups(of: 3, bad: [0, 1, 2])
        #expect(held.isEmpty && refused == [0, 1, 2])
    }

    @Test("end with a chip that is gone")
    func gone() {
        #expect(throws: GPIOError(.requestLines, code: ENODEV)) { try groups(of: 3, bad: [1], code: ENODEV) }
    }

    private func groups(
        of count: Int, bad: Set<Int>, code: CInt = EINVAL
    ) throws -> (held: [[Int]], refused: [Int]) {
        var held: [[Int]] = []
        var refused: [Int] = []
        try LineGroups<GPIOInput>(
            request: { group throws(GPIOError) in
                let lines = group.map(\.line)
                guard bad.isDisjoint(with: lines) else { throw GPIOError(.requestLines, code: code) }
                held.append(lines)
            },
            refuse: { wanted, _ in refused.append(wanted.line) }
        ).requestAll((0..<count).map { WantedLine(line: $0, setting: GPIOInput(offset: $0)) })
        return (held, refused)
    }
}

@Suite("A refused request")
struct RefusedRequestTests {
    private let refused = GPIOError(.requestLines, code: EINVAL)

    @Test("is tried without debounce, and no further")
    func debounce() {
        let debounced = GPIOInput(offset: 1, bias: .pullUp, debounce: .milliseconds(2))
        let plain = GPIOInput(offset: 2)
        let without = RefusedRequest.withoutDebounce([debounced, plain], after: refused)
        #expect(without == [GPIOInput(offset: 1, bias: .pullUp), plain])
        #expect(RefusedRequest.withoutDebounce([plain], after: refused) == nil)
    }

    @Test("says nothing of debounce where the line is held or the chip gone", arguments: [EBUSY, ENODEV])
    func otherReasons(code: CInt) {
        let debounced = GPIOInput(offset: 1, debounce: .milliseconds(2))
        let error = GPIOError(.requestLines, code: code)
        #expect(RefusedRequest.withoutDebounce([debounced], after: error) == nil)
    }

    @Test("is tried as it is only to find out whether the bias was the matter")
    func bias() {
        let biased = GPIOInput(offset: 1, bias: .pullUp, isActiveLow: true, debounce: .milliseconds(2))
        #expect(RefusedRequest.withoutBias(biased) == GPIOInput(offset: 1, isActiveLow: true))
        #expect(RefusedRequest.withoutBias(GPIOInput(offset: 1)) == nil)
    }

    @Test("for a missing interrupt is no chip that is gone")
    func noInterrupt() {
        #expect(!GPIOError(.requestLines, code: ENXIO).meansChipGone)
        #expect(GPIOError(.requestLines, code: ENODEV).meansChipGone)
        #expect(GPIOError(.openChip, code: ENXIO).meansChipGone)
    }
}

@Suite("A failing chip")
struct ChipPatienceTests {
    @Test("is put up with for ten attempts in a row, unless it says that it is gone")
    func patience() {
        var patience = ChipPatience()
        let silence = GPIOError(.readValues, code: EREMOTEIO)
        let first = (0..<9).contains { patience.fail(silence, at: time($0 * 200)) }
        patience.succeed()
        let second = (9..<18).contains { patience.fail(silence, at: time($0 * 200)) }
        let last = patience.fail(silence, at: time(18 * 200))
        #expect(!first && !second && last)
        var other = ChipPatience()
        let gone = other.fail(GPIOError(.readValues, code: ENODEV), at: time(0))
        #expect(gone)
    }

    @Test("has its two seconds also where a line that floods is looked at every 50 ms")
    func pace() {
        var patience = ChipPatience()
        let silence = GPIOError(.readValues, code: EREMOTEIO)
        let end = stride(from: 0, through: 5000, by: 50).first { patience.fail(silence, at: time($0)) }
        #expect(end == 1800)
    }

    private func time(_ milliseconds: Int) -> BootTime { BootTime(nanoseconds: Int64(milliseconds) * 1_000_000) }
}
