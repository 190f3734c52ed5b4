// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Synchronization

/// Modbus units of raw bytes: every register holds what names it, and each request is answered as the test says,
/// rightly or not. Served on a thread of its own until `stop`.
package final class LyingBoard: Sendable {
    /// A request, and what was made of it.
    package struct Heard: Sendable {
        package var frame: HeardFrame
        package var lie: Lie
        package var at: ContinuousClock.Instant
    }

    /// Where the serial line is opened; empty over TCP.
    package let path: String
    /// Where it listens on 127.0.0.1; 0 on a serial line.
    package let port: UInt16
    private let record: LyingBoardRecord
    private let mailbox: Mailbox<LyingBoardLoop.Letter>
    private let thread: WorkerThread

    /// - Parameters:
    ///   - latest: nothing is sent so long after its request: what a test does not mean to be late, or not so late, may
    ///     be so on a busy machine.
    ///   - lie: called on the board's thread for each request.
    package init(
        on wire: RawWire, latest: Duration = .seconds(60), lie: @escaping @Sendable (HeardFrame) -> Lie = { _ in .none }
    ) throws {
        let record = try LyingBoardRecord(lie)
        let mailbox = try Mailbox<LyingBoardLoop.Letter>()
        let ends = try wire == .serial ? LyingBoardEnds.serial() : LyingBoardEnds.tcp()
        thread = try WorkerThread(name: "lying-board") {
            LyingBoardLoop(ends, wire, latest: latest, record: record, mailbox: mailbox).run()
        }
        (self.record, self.mailbox, path, port) = (record, mailbox, ends.path, ends.port)
    }

    deinit {
        stop()
    }

    /// Ends it: the line or port is gone when this returns.
    package func stop() {
        mailbox.post(.stop)
        thread.join(milliseconds: 10_000)
    }

    /// Sends `bytes` without being asked, to every client.
    package func say(_ bytes: [UInt8]) {
        mailbox.post(.say(bytes))
    }

    /// From the next request on `lie` decides.
    package func answer(_ lie: @escaping @Sendable (HeardFrame) -> Lie) {
        record.shared.withLock { $0.lie = lie }
    }

    /// Holds another word than the truth from now on; `function` is the one that reads it.
    package func hold(_ word: UInt16, _ function: UInt8, _ address: Int, of unit: Int) {
        record.shared.withLock { $0.words[[Int(function), address, unit]] = word }
    }

    /// Every request so far, oldest first.
    package var heard: [Heard] { record.shared.withLock { $0.heard } }

    /// How often a client connected.
    package var connections: Int { record.shared.withLock { $0.connections } }

    /// Waits until `condition` holds for the requests so far; it is looked at after each.
    ///
    /// - Returns: whether it does, after `seconds` at most.
    package func wait(seconds: Int = 30, until condition: ([Heard]) -> Bool) -> Bool {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            record.bell.clear()
            if condition(heard) { return true }
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { return false }
            record.bell.wait(milliseconds: Int(left / .milliseconds(1)) + 1)
        }
    }
}

/// What a lying board and its thread share.
final class LyingBoardRecord: Sendable {
    struct Shared {
        var lie: @Sendable (HeardFrame) -> Lie
        /// By function, address and unit.
        var words: [[Int]: UInt16] = [:]
        var heard: [LyingBoard.Heard] = []
        var connections = 0
    }

    let shared: Mutex<Shared>
    let bell: WakeUp

    init(_ lie: @escaping @Sendable (HeardFrame) -> Lie) throws(SystemError) {
        shared = Mutex(Shared(lie: lie))
        bell = try WakeUp()
    }

    /// Notes a request, and says what to do about it.
    func note(_ frame: HeardFrame, isStale: Bool) -> (Lie, [Lie.Deed]) {
        let lie = shared.withLock { $0.lie }
        let told = isStale ? .silent : lie(frame)
        let deeds = shared.withLock { shared in
            shared.heard.append(LyingBoard.Heard(frame: frame, lie: told, at: .now))
            return told.deeds(for: frame) { function, address in
                shared.words[[Int(function), address, frame.unit]] ?? RawTruth.word(function, address, of: frame.unit)
            }
        }
        bell.ring()
        return (told, deeds)
    }
}
