// SPDX-License-Identifier: Apache-2.0
import CGpiodShims

/// The libgpiod that this process uses.
package enum GPIOLibrary {
    /// The library's version: `1.6.3`, `2.2.1`.
    package static var version: String { String(cString: cgpiod_version()) }

    /// The kernel interface that the library uses: 1 or 2. Interface 1 cannot debounce, does not count lost edges,
    /// keeps only 16 edges for a line and cannot switch a line's edges off (linux/gpio.h).
    package static var kernelInterface: Int { Int(cgpiod_abi()) }
}
