// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal

/// The wall clock of a program that was started with this preloaded.
///
/// The tests may run by a faked clock themselves (`make test-clocks`): this one is ahead of theirs, not of the real one.
final class FakedClock {
    let environment: [String: String?]
    private let path: String
    private let testsAhead: Int64

    init(in workspace: Workspace, ahead: Int64, isSynchronised: Bool) throws {
        path = workspace.file("clock")
        testsAhead = Self.secondsOfTests
        environment = [
            "LD_PRELOAD": try BuiltPrograms.path(of: "libFakedClock.so"), "FAKED_CLOCK": path,
        ]
        set(ahead: ahead, isSynchronised: isSynchronised)
    }

    /// The tests' own clock, in whole seconds since 1970.
    static var now: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec)
    }

    /// How far the tests' own clock is ahead of the real one, in seconds: 0 unless it is faked.
    private static var secondsOfTests: Int64 {
        guard let path = getenv("FAKED_CLOCK"), case let file = open(path, O_RDONLY | O_CLOEXEC), file >= 0 else {
            return 0
        }
        defer { close(file) }
        var ahead: Int64 = 0
        return pread(file, &ahead, 8, 0) == 8 ? ahead : 0
    }

    /// - Parameter ahead: of the tests' own clock, in seconds.
    func set(ahead: Int64, isSynchronised: Bool) {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        var words = [testsAhead + ahead, isSynchronised ? 1 : 0]
        _ = pwrite(file, &words, 16, 0)
        close(file)
    }
}
