// SPDX-License-Identifier: Apache-2.0
import CGpiodShims

/// The libgpiod that this process runs with.
package enum GPIOLibrary {
    /// As the library says it: `1.6.3`, `2.2.1`.
    package static var version: String { String(cString: cgpiod_version()) }

    /// Which of the kernel's two interfaces it speaks: 1 or 2. Interface 1 cannot debounce, does not count lost edges,
    /// keeps 16 of them for a line and cannot leave a line's edges off (linux/gpio.h).
    package static var kernelInterface: Int { Int(cgpiod_abi()) }
}
