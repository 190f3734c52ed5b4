// SPDX-License-Identifier: Apache-2.0
import Glibc

// Plays a booth's day on this machine; exit 0 only if every incident raised was accepted.
do {
    var day = try DemoDay()
    exit(try day.play() ? 0 : 1)
} catch {
    print("booth-demo: \(error)")
    exit(1)
}
