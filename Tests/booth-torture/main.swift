// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Torture

do {
    let code = try TortureCommand(Array(CommandLine.arguments.dropFirst())).run()
    fflush(nil)
    // A journal that waits for a disk may still have its threads: the process ends without asking them.
    _exit(code)
} catch {
    StandardStream.error.write(line: "booth-torture: \(error)")
    exit(64)
}
