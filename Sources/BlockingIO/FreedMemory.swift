// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Memory that was freed, and that the C library keeps for what may come.
package enum FreedMemory {
    /// Gives it back to the system: after a burst that a thousand quiet hours follow. It takes a millisecond or so, in which
    /// other threads may wait for memory.
    package static func giveBack() { clinux_return_memory() }
}
