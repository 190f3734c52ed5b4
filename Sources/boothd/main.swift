// SPDX-License-Identifier: Apache-2.0
import BoothDaemon
import Glibc

// Threads that wait for the outside world may still be there: the process ends without asking them.
_exit(Daemon(arguments: CommandLine.arguments).run())
