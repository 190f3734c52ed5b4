// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel
import CLinux
import Glibc

/// Reads all clocks of the board together, and judges how far the wall clock can be trusted.
struct BoothClock {
    /// The kernel's id of this boot, 32 hexadecimal digits.
    private let bootID: String
    private let zone = Zone.ofProcess
    private var judge: ClockJudge

    /// - Parameter syncedBoot: the boot in which the clock was last known to be right.
    init(trust: ClockTrust, syncedBoot: String?) {
        bootID = Self.readBootID()
        judge = ClockJudge(trust: trust, bootID: bootID, syncedBoot: syncedBoot)
    }

    /// Sets, after the start, the boot in which the clock was last known to be right.
    mutating func recall(syncedBoot: String?) { judge.recall(syncedBoot: syncedBoot) }

    /// This instant on every clock.
    mutating func now() -> Moment {
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        let milliseconds = Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000
        return Moment(
            boot: .now(), wallMilliseconds: milliseconds, in: zone,
            clock: judge.state(isSynchronised: clinux_clock_is_synchronised() != 0), bootID: bootID)
    }

    /// The kernel's id of this boot, 32 hexadecimal digits (random(4)).
    private static func readBootID() -> String {
        let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var text = [UInt8](repeating: 0, count: 64)
        let count = read(file, &text, text.count)
        return String(
            decoding: text.prefix(max(0, count)).filter { $0 > 0x20 && $0 != UInt8(ascii: "-") }, as: UTF8.self)
    }
}
