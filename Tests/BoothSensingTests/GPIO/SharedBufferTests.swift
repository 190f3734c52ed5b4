// SPDX-License-Identifier: Apache-2.0
import GPIO
import Testing

@testable import BoothSensing

@Suite("A buffer that lines share")
struct SharedBufferTests {
    private static let noisy = 0
    private static let help = 1
    private static let door = 2
    private let size = GPIORequest.countedBuffer

    /// The kernel's side: numbers edges, keeps as many as it does, and drops the oldest.
    private struct Kernel {
        var buffer = SharedBuffer()
        private var waiting: [(line: Int, edge: GPIOEdge)] = []
        private var shared: UInt32 = 0
        private var own: [Int: UInt64] = [:]

        mutating func change(_ line: Int, times: Int = 1, merged: UInt32 = 0) {
            for _ in 0..<times {
                shared &+= 1 + merged
                own[line, default: 0] += 1
                let edge = GPIOEdge(
                    offset: line, isActive: true, timestampNanoseconds: 0, lineSequence: own[line],
                    requestSequence: UInt64(shared))
                if waiting.count == GPIORequest.countedBuffer { waiting.removeFirst() }
                waiting.append((line, edge))
            }
        }

        /// The two newest come in the other order.
        mutating func overtake() { waiting.swapAt(waiting.count - 1, waiting.count - 2) }

        mutating func read(_ count: Int = .max) -> Set<Int> {
            for (line, edge) in waiting.prefix(count) { buffer.apply(edge, of: line) }
            waiting.removeFirst(min(count, waiting.count))
            if waiting.isEmpty { buffer.drain() }
            return buffer.takeDoubtful(among: [noisy, help, door])
        }
    }

    @Test("is doubted once on the lines that said nothing since a press was pushed out")
    func pushedOut() {
        var kernel = Kernel()
        kernel.change(Self.help, times: 2)
        kernel.change(Self.noisy, times: size + 5)
        #expect(kernel.read() == [Self.help, Self.door])
        #expect(kernel.read().isEmpty)
        kernel.change(Self.noisy, times: 10)
        #expect(kernel.read().isEmpty)
        // Told by its own number.
        kernel.change(Self.help)
        #expect(kernel.read().isEmpty)
        kernel.change(Self.help, times: 2)
        kernel.change(Self.noisy, times: size)
        #expect(kernel.read() == [Self.help, Self.door])
    }

    @Test("is not doubted where lines' own numbers tell of all that was lost")
    func accounted() {
        var kernel = Kernel()
        kernel.change(Self.noisy, times: size * 3)
        #expect(kernel.read().isEmpty)
        kernel.change(Self.help, times: 2)
        kernel.change(Self.noisy, times: size)
        kernel.change(Self.help)
        #expect(kernel.read().isEmpty)
    }

    @Test("leaves out the lines that spoke since")
    func spoken() {
        var kernel = Kernel()
        kernel.change(Self.help, times: 2)
        kernel.change(Self.noisy, times: size)
        kernel.change(Self.door)
        #expect(kernel.read() == [Self.help])
    }

    @Test("is not doubted for interrupts that merged or overtook each other, without a loss and before one")
    func merged() {
        var kernel = Kernel()
        kernel.change(Self.noisy, times: size - 2, merged: 2)
        kernel.change(Self.help)
        kernel.overtake()
        #expect(kernel.read().isEmpty)
        kernel.change(Self.noisy, times: 200)
        kernel.change(Self.noisy, times: size - 1, merged: 1)
        kernel.change(Self.noisy)
        #expect(kernel.read() == [Self.help, Self.door], "among those that were dropped nobody can tell")
        kernel.change(Self.noisy, times: 200)
        kernel.change(Self.noisy, times: 1)
        kernel.change(Self.noisy, times: size - 1, merged: 1)
        #expect(kernel.read().isEmpty)
        kernel.change(Self.noisy, times: size + 100)
        #expect(kernel.read().isEmpty)
    }

    @Test("is read in parts while a storm goes on, to the same end")
    func parts() {
        var kernel = Kernel()
        kernel.change(Self.help, times: 2)
        kernel.change(Self.noisy, times: size + 50)
        var doubtful = kernel.read(size / 2)
        #expect(doubtful.isEmpty)
        for _ in 0..<4 {
            kernel.change(Self.noisy, times: size / 2)
            doubtful.formUnion(kernel.read(size / 2))
        }
        #expect(doubtful == [Self.help, Self.door])
        #expect(kernel.read().isEmpty)
    }

    @Test("goes on where the kernel's numbers begin again after 32 bits")
    func wrapped() {
        var kernel = Kernel()
        kernel.change(Self.door, times: 3, merged: 1 << 30)
        kernel.change(Self.door, merged: (1 << 30) - 50)
        #expect(kernel.read().isEmpty)
        kernel.change(Self.noisy, times: size)
        #expect(kernel.read().isEmpty)
        kernel.change(Self.help, times: 2)
        kernel.change(Self.noisy, times: size)
        #expect(kernel.read() == [Self.help, Self.door])
    }

    @Test("is no matter without numbers, as with kernel ABI v1")
    func withoutNumbers() {
        var buffer = SharedBuffer()
        for _ in 0..<(size * 2) {
            buffer.apply(GPIOEdge(offset: 0, isActive: true, timestampNanoseconds: 0), of: Self.noisy)
        }
        #expect(buffer.takeDoubtful(among: [Self.noisy, Self.help]).isEmpty)
    }
}
