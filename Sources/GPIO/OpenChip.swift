// SPDX-License-Identifier: Apache-2.0

/// A chip that is open, closed with its last owner; keeps what cannot be copied where an optional or a search can.
///
/// Swift 6.0's optimiser closes a `GPIOChip` that is a local variable of a function with several ways out, and returns it
/// closed; held by an object it stays open.
package final class OpenChip {
    package let chip: GPIOChip

    /// Opens the chip at `path`.
    ///
    /// - Throws: `GPIOError`, as `GPIOChip` does.
    package init(path: String) throws(GPIOError) {
        chip = try GPIOChip(path: path)
    }

    /// Who holds the line at `offset`, as far as the kernel says.
    package func consumer(of offset: Int) -> String? {
        do throws(GPIOError) {
            return try chip.line(at: offset).consumer
        } catch {
            return nil
        }
    }
}
