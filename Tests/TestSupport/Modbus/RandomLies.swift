// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Synchronization

/// Lies at random, the same for the same seed, until a number of them is told; the truth from then on.
package final class RandomLies: Sendable {
    private struct State {
        var random: SeededRandom
        var left: Int
        /// Lies told one after the other, by unit.
        var inARow: [Int: Int] = [:]
    }

    /// No unit lies more often one after the other: how long it is asked seldom after the last lie depends on it.
    package static let mostInARow = 4

    private let state: Mutex<State>
    private let wire: RawWire
    private let timeout: Duration

    /// - Parameters:
    ///   - count: how many lies are told.
    ///   - timeout: how long the client waits; answers are up to two of them too late, over TCP up to four.
    package init(seed: UInt64, count: Int, on wire: RawWire, timeout: Duration) {
        state = Mutex(State(random: SeededRandom(seed: seed), left: count))
        self.wire = wire
        self.timeout = timeout
    }

    /// Whether every lie has been told.
    package var areTold: Bool { state.withLock { $0.left == 0 } }

    /// What is made of `frame`: every other request is lied to.
    package func lie(to frame: HeardFrame) -> Lie {
        state.withLock { state in
            let inARow = state.inARow[frame.unit, default: 0]
            guard state.left > 0, inARow < Self.mostInARow, Bool.random(using: &state.random) else {
                state.inARow[frame.unit] = 0
                return .none
            }
            state.left -= 1
            state.inARow[frame.unit] = inARow + 1
            return wire == .serial
                ? Self.serial(frame, timeout, &state.random) : Self.tcp(frame, timeout, &state.random)
        }
    }

    private static func serial(_ frame: HeardFrame, _ timeout: Duration, _ random: inout SeededRandom) -> Lie {
        let percent = Double.random(in: 1.02...2.95, using: &random)
        switch Int.random(in: 0..<13, using: &random) {
        // Lateness is what deceives most of all.
        case 0, 1, 2: return .late(timeout * percent)
        default: return common(frame, .serial, timeout, &random)
        }
    }

    private static func tcp(_ frame: HeardFrame, _ timeout: Duration, _ random: inout SeededRandom) -> Lie {
        switch Int.random(in: 0..<16, using: &random) {
        case 0, 1: return .late(timeout * Double.random(in: 1.02...5, using: &random))
        case 2: return .wrongTransaction
        case 3: return .wrongProtocol
        case 4: return .closed
        case 5: return .halfOpen
        default: return common(frame, .tcp, timeout, &random)
        }
    }

    private static func common(
        _ frame: HeardFrame, _ wire: RawWire, _ timeout: Duration, _ random: inout SeededRandom
    ) -> Lie {
        switch Int.random(in: 0..<11, using: &random) {
        case 0:
            return .split(pieces: Int.random(in: 2...4, using: &random), gap: timeout * 0.25)
        case 1:
            // A stranger, or a neighbour that is polled as well.
            return .foreign(
                unit: Bool.random(using: &random) ? 31 : frame.unit % 3 + 1, answer: soon(timeout, &random))
        case 2: return .truncated(to: Int.random(in: 1...6, using: &random))
        // TCP has a checksum of its own; what comes through it broken cannot be told.
        case 3: return wire == .serial ? .spoiled : .wrongTransaction
        case 4:
            return .garbage(bytes(1...300, &random), answer: soon(timeout, &random))
        case 5: return .noise(timeout * Double.random(in: 0.5...2, using: &random))
        case 6: return .exception([1, 2, 3, 4, 5, 6, 8, 10, 11].randomElement(using: &random) ?? 4)
        case 7: return .silent
        case 8: return .echo(answer: soon(timeout, &random))
        case 9: return .wrongLength(more: [-1, 1, 2, 8].randomElement(using: &random) ?? 1)
        default: return .wrongFunction
        }
    }

    /// The answer after something else: within the timeout, or never.
    private static func soon(_ timeout: Duration, _ random: inout SeededRandom) -> Duration? {
        Bool.random(using: &random) ? timeout * Double.random(in: 0.05...0.9, using: &random) : nil
    }

    private static func bytes(_ counts: ClosedRange<Int>, _ random: inout SeededRandom) -> [UInt8] {
        (0..<Int.random(in: counts, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}
