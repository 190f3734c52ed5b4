// SPDX-License-Identifier: Apache-2.0
import Glibc
import Rehearsal

// Starts a program that would run for ever, says its number, and waits to be killed.
let child = try ChildProcess("/bin/sleep", ["600"])
print(child.processID)
fflush(nil)
pause()
withExtendedLifetime(child) {}
