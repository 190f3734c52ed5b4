// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

extension BoothCommand {
    /// Runs the whole program `boothctl` on standard output and error, and ends the process.
    ///
    /// - Parameter arguments: the command line without the program's name.
    package static func runProgram(_ arguments: [String]) -> Never {
        // If the reader goes away, write(2) fails, and the process is not killed.
        signal(SIGPIPE, SIG_IGN)
        StandardStream.keepPlaces()
        do {
            // Only for commands that follow, scan or test: SIGINT then ends them between two events or requests.
            let goesOn = (try? Invocation(arguments))?.goesOn ?? false
            let signals = goesOn ? try StopSignals() : nil
            let command = BoothCommand(
                output: Output(STDOUT_FILENO), errors: Output(STDERR_FILENO), interruption: signals?.descriptor)
            exit(withExtendedLifetime(signals) { command.run(arguments) }.rawValue)
        } catch {
            let errors = Output(STDERR_FILENO)
            errors.write("boothctl: \(error)\n")
            errors.flush()
            exit(ExitCode.failed.rawValue)
        }
    }
}
