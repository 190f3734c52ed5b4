// SPDX-License-Identifier: Apache-2.0
import BoothModel
import CLinux
import Glibc

/// Every clock of the board at once, and how far the wall clock can be believed.
struct BoothClock {
    private let trust: ClockTrust
    /// The kernel's id of this boot, 32 hexadecimal digits.
    let bootID: String
    private var wasSynchronised: Bool
    /// How the kernel's clock was when it was last looked at; nil: not yet.
    private(set) var state: ClockState?

    /// - Parameter syncedBoot: the boot in which the clock was last known to be right: in that one it runs free at worst.
    init(trust: ClockTrust, syncedBoot: String?) {
        self.trust = trust
        bootID = Self.readBootID()
        wasSynchronised = !bootID.isEmpty && syncedBoot == bootID
    }

    /// Learns late in which boot the clock was last known to be right.
    mutating func recall(syncedBoot: String?) {
        if !bootID.isEmpty, syncedBoot == bootID { wasSynchronised = true }
    }

    /// This instant on every clock.
    mutating func now() -> Moment {
        moment(at: .now())
    }

    /// An instant near this one on every clock: a reading's stamp, or a deadline.
    mutating func moment(at boot: BootTime) -> Moment {
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        let wallMilliseconds = Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000
        let then = wallMilliseconds - (BootTime.now() - boot).milliseconds
        let state = look()
        self.state = state
        return Moment(
            boot: boot, wallMilliseconds: then, civil: CivilTime(wallMilliseconds: then), clock: state, bootID: bootID)
    }

    private mutating func look() -> ClockState {
        switch trust {
        case .always: return .synced
        case .kernel where clinux_clock_is_synchronised() != 0:
            wasSynchronised = true
            return .synced
        case .kernel: return wasSynchronised ? .holdover : .unsynced
        }
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
