// SPDX-License-Identifier: Apache-2.0
import CLinux

/// Freed memory that the C library keeps for later use.
package enum FreedMemory {
    /// Returns it to the system, for use after a rare burst. It takes about a millisecond, in which other threads may
    /// wait for memory.
    package static func giveBack() { clinux_return_memory() }
}
