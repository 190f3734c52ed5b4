// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothCommands
import Glibc

let arguments = Array(CommandLine.arguments.dropFirst())
// A reader that goes away is an error of write(2), not the end of this process.
signal(SIGPIPE, SIG_IGN)
do {
    // Only where something is followed: SIGINT then ends it between two events, and exits 0.
    let signals = arguments.contains("--follow") ? try StopSignals() : nil
    let command = BoothCommand(
        output: Output(STDOUT_FILENO), errors: Output(STDERR_FILENO), interruption: signals?.descriptor)
    exit(withExtendedLifetime(signals) { command.run(arguments) }.rawValue)
} catch {
    let errors = Output(STDERR_FILENO)
    errors.write("boothctl: \(error)\n")
    errors.flush()
    exit(BoothCommand.ExitCode.failed.rawValue)
}
