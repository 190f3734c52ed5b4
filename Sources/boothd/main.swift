// SPDX-License-Identifier: Apache-2.0
import BoothCommands
import BoothDaemon
import Glibc

// Debian's package has one file for both programs: nine tenths of each would be the same Swift runtime.
if CommandLine.arguments.first?.split(separator: "/").last == "boothctl" {
    BoothCommand.runProgram(Array(CommandLine.arguments.dropFirst()))
}

// Threads that wait for the outside world may still be there: the process ends without asking them.
_exit(Daemon(arguments: CommandLine.arguments).run())
