// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// The clocks of the world and of the board. World time is nanoseconds since the history began.
struct WorldClock {
    /// 2026-01-01T00:00:00Z.
    static let start: Int64 = 1_767_225_600_000

    /// The booth's zone: one offset, all year round.
    static let zone = Zone(offset: 8 * 3600)

    /// World time of the board's start.
    private(set) var bootedAt: Int64 = 0
    private(set) var boots = 0
    private(set) var bootID = ""
    /// How far the wall clock is ahead of the world's, in milliseconds.
    var skewMilliseconds: Int64 = 0
    /// Whether the kernel's clock follows a reference.
    var isSynchronised = true
    private var judge = ClockJudge(trust: .kernel, bootID: "", syncedBoot: nil)

    /// The board gets power; its kernel has run for a while before the agent does.
    mutating func boot(at now: Int64) {
        boots += 1
        bootID = "boot-\(boots)"
        bootedAt = now - 20_000_000_000
    }

    /// A process begins, which knows in which boot the clock was right.
    mutating func begin(syncedBoot: String?) {
        judge = ClockJudge(trust: .kernel, bootID: bootID, syncedBoot: syncedBoot)
    }

    mutating func recall(syncedBoot: String?) { judge.recall(syncedBoot: syncedBoot) }

    func elapsed(at now: Int64) -> BootTime { BootTime(nanoseconds: now - bootedAt) }

    func world(at boot: BootTime) -> Int64 { boot.nanoseconds + bootedAt }

    mutating func moment(at now: Int64) -> Moment {
        let wall = Self.start + now / 1_000_000 + skewMilliseconds
        return Moment(
            boot: elapsed(at: now), wallMilliseconds: wall, in: Self.zone,
            clock: judge.state(isSynchronised: isSynchronised), bootID: bootID)
    }
}
