// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An owned file descriptor, closed with this value.
package struct Descriptor: ~Copyable {
    /// The number, valid as long as this value lives.
    package let number: CInt

    /// Takes ownership of `number`.
    package init(owning number: CInt) {
        self.number = number
    }

    deinit {
        close(number)
    }
}
