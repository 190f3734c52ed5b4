// SPDX-License-Identifier: Apache-2.0
import Glibc
import SimulatedBoard

exit(BoardProgram.run(Array(CommandLine.arguments.dropFirst())))
