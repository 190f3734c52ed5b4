// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A system call that failed: which, and `errno`.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The call or the step, as a person would name it: `bind /run/boothd/control`.
    package let operation: String
    /// `errno` as the call left it.
    package let code: CInt

    package init(_ operation: String, code: CInt = errno) {
        self.operation = operation
        self.code = code
    }

    package var description: String { "\(operation): \(String(cString: strerror(code)))" }
}
