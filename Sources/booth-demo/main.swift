// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

// Plays a booth's day on this machine. Exits with 0 only if every raised incident was accepted.
do {
    exit(try playDay() ? Screen.exitCode : 1)
} catch {
    StandardStream.error.write(line: "booth-demo: \(error)")
    exit(1)
}

/// A separate function: when it returns, before exit(3), the started programs are stopped and the folder is removed.
func playDay() throws -> Bool {
    var day = try DemoDay()
    return try day.play()
}
