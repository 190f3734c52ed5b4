// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Torture

do {
    exit(try TortureCommand(Array(CommandLine.arguments.dropFirst())).run())
} catch {
    StandardStream.error.write(line: "booth-torture: \(error)")
    exit(64)
}
