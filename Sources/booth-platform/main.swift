// SPDX-License-Identifier: Apache-2.0
import Glibc
import ReferencePlatform

exit(PlatformProgram.run(Array(CommandLine.arguments.dropFirst())))
