// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// How far the wall clock is trusted, judged by what the kernel says about it.
package struct ClockJudge: Sendable {
    private let trust: ClockTrust
    /// The kernel's id of this boot; empty if it has none.
    private let bootID: String
    private var wasSynchronised: Bool

    /// - Parameter syncedBoot: the boot in which the clock was last known to be right. If it is this boot, the clock is
    ///   `holdover` at worst.
    package init(trust: ClockTrust, bootID: String, syncedBoot: String?) {
        self.trust = trust
        self.bootID = bootID
        wasSynchronised = !bootID.isEmpty && syncedBoot == bootID
    }

    /// Takes `syncedBoot` from a journal that opened late.
    package mutating func recall(syncedBoot: String?) {
        if !bootID.isEmpty, syncedBoot == bootID { wasSynchronised = true }
    }

    /// - Parameter isSynchronised: whether the kernel's clock follows a reference now.
    package mutating func state(isSynchronised: Bool) -> ClockState {
        guard trust == .kernel else { return .synced }
        if isSynchronised { wasSynchronised = true }
        return isSynchronised ? .synced : wasSynchronised ? .holdover : .unsynced
    }
}
