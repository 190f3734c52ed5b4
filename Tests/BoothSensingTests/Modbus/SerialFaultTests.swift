// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import BoothSensing

/// What goes wrong on a serial line, by the numbers of the catalogue of faults.
@Suite("Faults of a serial bus", .serialized)
struct SerialFaultTests {
    private static let points = [PointConfiguration.register(10), .register(1060), .register(2110)]

    /// Answers one of every so many requests of a unit with each of `lies` in turn: never two in a row.
    private static func every(_ count: Int, _ lies: [Lie]) -> @Sendable (HeardFrame) -> Lie {
        let turns = Mutex<[Int: Int]>([:])
        let turn = Turn()
        return { frame in
            let number = turns.withLock { turns in
                turns[frame.unit, default: 0] += 1
                return turns[frame.unit] ?? 0
            }
            return number % count == 0 ? lies[turn.next() % lies.count] : .none
        }
    }

    @Test("35: a late answer is never another register's, however many are late and however silent that one is")
    func lateAnswer() throws {
        let timeout = Duration.milliseconds(60)
        let random = Mutex(SeededRandom(seed: 35))
        // What comes within the time of a request is always another one's answer, also where a busy machine lets the
        // time of a request end late.
        let board = try LyingBoard(on: .serial, latest: timeout * 3) { _ in
            random.withLock { random in
                let lateness = Double.random(in: 1.6...2.95, using: &random)
                return Int.random(in: 0..<3, using: &random) < 2 ? .late(timeout * lateness) : .silent
            }
        }
        // Never lost: a unit that is lost is asked too seldom to be deceived by.
        let bus = try BusUnderTest(board.transport, timeout: timeout, unitSilent: 1000, Self.points)
        #expect(board.wait(seconds: 60) { $0.count >= 60 })
        #expect(bus.collector.wait(seconds: 0) { $0.reports.isEmpty })
        board.answer { _ in .none }
        #expect(bus.waitForGood(Self.points))
        #expect(bus.wrongReadings(Self.points) == [])
        #expect(bus.collector.devices() == [])
    }

    @Test("36: a wrong checksum and a truncated frame are counted, and what is asked next is right")
    func badFrames() throws {
        let board = try LyingBoard(on: .serial, lie: Self.every(4, [.spoiled, .truncated(to: 4), .truncated(to: 1)]))
        let bus = try BusUnderTest(board.transport, timeout: .milliseconds(60), Self.points)
        #expect(board.wait { $0.count { $0.lie == .truncated(to: 1) } >= 4 })
        #expect(bus.waitForGood(Self.points))
        #expect(bus.wrongReadings(Self.points) == [])
        #expect(bus.collector.devices() == [])
        let counters = try #require(bus.counters(of: 1))
        let lies = board.heard.map(\.lie)
        #expect(counters.crc >= 3)
        #expect(counters.crc + counters.timeouts >= lies.dropLast().count { $0 != .none })
        // The request under way is not counted yet.
        #expect((lies.count - 1...lies.count).contains(counters.requests))
    }

    @Test("37: a foreign unit's frame is ignored, before the answer and in its place")
    func foreignFrames() throws {
        let lies = [9, 2].flatMap { unit in
            [.milliseconds(5), .milliseconds(30), nil].map { Lie.foreign(unit: unit, answer: $0) }
        }
        let board = try LyingBoard(on: .serial, lie: Self.every(3, lies))
        let points = Self.points + [.register(10, of: 2), .register(1060, of: 2)]
        let bus = try BusUnderTest(board.transport, timeout: .milliseconds(60), points)
        #expect(board.wait { $0.count { $0.lie != .none } >= 18 })
        #expect(bus.waitForGood(points))
        #expect(bus.wrongReadings(points) == [])
        #expect(bus.collector.devices() == [])
    }

    @Test("38: an answer in pieces, 50 ms from one to the next, is whole")
    func pieces() throws {
        let board = try LyingBoard(on: .serial) { _ in .split(pieces: 4, gap: .milliseconds(50)) }
        let bus = try BusUnderTest(board.transport, timeout: .seconds(2), Self.points)
        #expect(board.wait { $0.count >= 12 })
        #expect(bus.waitForGood(Self.points))
        #expect(bus.wrongReadings(Self.points) == [])
        // Each was good at once: no report but the first reading of each point.
        #expect(bus.collector.reports.count == Self.points.count)
    }

    @Test("39: endless garbage from one unit holds nobody up for ever: it is lost, and the others are served")
    func garbage() throws {
        let timeout = Duration.milliseconds(30)
        let board = try LyingBoard(on: .serial) { $0.unit == 2 ? .noise(timeout * 10) : .none }
        let points = Self.points + [.register(10, of: 2)]
        let bus = try BusUnderTest(board.transport, timeout: timeout, points)
        #expect(bus.collector.wait { $0.devices().contains { $0.device == "modbus:bus/2" && $0.fault != nil } })
        #expect(bus.waitForGood(Self.points))
        let before = board.heard.count { $0.frame.unit == 1 }
        #expect(board.wait { $0.count { $0.frame.unit == 1 } >= before + 20 })
        // A line that never rests again: the thread still looks into its mailbox.
        board.answer { _ in .noise(.seconds(2)) }
        let pulse = Pulse()
        for answers in 1...5 {
            bus.bus.prove(pulse)
            #expect(board.wait { _ in pulse.answers == answers })
        }
        board.answer { _ in .none }
        #expect(bus.waitForGood(points))
        #expect(bus.wrongReadings(points) == [])
    }

    @Test("41: an adapter that goes and comes back under another name is one fault and one recovery")
    func renamedAdapter() throws {
        let folder = TemporaryFolder()
        let name = folder.file("usb-booth-adapter")
        let first = try LyingBoard(on: .serial)
        try #require(symlink(first.path, name) == 0)
        let bus = try BusUnderTest(LyingBoard.serial(name), timeout: .milliseconds(200), Self.points)
        #expect(bus.waitForGood(Self.points))
        // The name goes with the adapter (udev(7)). It must not lead to a terminal that another test gets meanwhile.
        try #require(unlink(name) == 0)
        first.stop()
        #expect(
            bus.collector.wait { collector in Self.points.allSatisfy { collector.reading($0.id)?.quality == .stale } })
        #expect(bus.collector.devices().map(\.device) == ["modbus:bus"])
        let second = try LyingBoard(on: .serial)
        try #require(symlink(second.path, name + ".new") == 0)
        try #require(rename(name + ".new", name) == 0)
        #expect(bus.waitForGood(Self.points))
        #expect(bus.collector.devices().map { $0.fault == nil } == [false, true])
        #expect(bus.wrongReadings(Self.points) == [])
        #expect(bus.collector.reports.count == 3 * Self.points.count + 2)
    }

    @Test(
        "42: a line that gives back what is sent is named as such, whether the unit answers after it or not",
        arguments: [true, false])
    func localEcho(answers: Bool) throws {
        let board = try LyingBoard(on: .serial) { _ in .echo(answer: answers ? .milliseconds(5) : nil) }
        let bus = try BusUnderTest(board.transport, timeout: .milliseconds(60), Self.points)
        #expect(bus.collector.wait { $0.devices().contains { $0.device == "modbus:bus" && $0.fault?.code == .echo } })
        board.answer { _ in .none }
        #expect(bus.waitForGood(Self.points))
        #expect(bus.wrongReadings(Self.points) == [])
    }

    @Test("46: signals during reads are no errors", arguments: RawWire.allCases)
    func signalStorm(wire: RawWire) throws {
        // Without SA_RESTART each one ends a call that waits. It stays: one that is on its way must not end the process.
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        try #require(sigaction(SIGUSR1, &action, nil) == 0)
        let board = try LyingBoard(on: wire) { _ in .split(pieces: 2, gap: .milliseconds(10)) }
        let points = [PointConfiguration.register(10)]
        let bus = try BusUnderTest(board.transport, timeout: .seconds(5), points)
        #expect(bus.waitForGood(points))
        let thread = try #require(bus.thread)
        let enough = board.heard.count + 50
        var sent = 0
        while board.heard.count < enough {
            try #require(pthread_kill(thread, SIGUSR1) == 0)
            sent += 1
            usleep(200)
        }
        #expect(sent > 100)
        #expect(bus.waitForGood(points))
        #expect(bus.collector.reports.count == 1)
        #expect(board.heard.allSatisfy { $0.frame.address == 10 })
        #expect(board.connections == (wire == .tcp ? 1 : 0))
    }
}

/// Counts calls.
final class Turn: Sendable {
    private let count = Atomic(0)

    /// 0 the first time.
    func next() -> Int { count.add(1, ordering: .relaxed).oldValue }
}
