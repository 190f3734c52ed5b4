// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

// Plays a booth's day on this machine; exit 0 only if every incident raised was accepted.
do {
    exit(try playDay() ? Screen.exitCode : 1)
} catch {
    StandardStream.error.write(line: "booth-demo: \(error)")
    exit(1)
}

/// The day ends with this function, before exit(3): what it started is stopped, and its folder removed.
func playDay() throws -> Bool {
    var day = try DemoDay()
    return try day.play()
}
