// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal

/// The wall clock of a program that was started with this preloaded.
final class FakedClock {
    let environment: [String: String?]
    private let path: String

    init(in workspace: Workspace, ahead: Int64, isSynchronised: Bool) throws {
        path = workspace.file("clock")
        environment = [
            "LD_PRELOAD": try BuiltPrograms.path(of: "libFakedClock.so"), "FAKED_CLOCK": path,
        ]
        set(ahead: ahead, isSynchronised: isSynchronised)
    }

    /// - Parameter ahead: seconds.
    func set(ahead: Int64, isSynchronised: Bool) {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        var words = [ahead, isSynchronised ? 1 : 0]
        _ = pwrite(file, &words, 16, 0)
        close(file)
    }
}
