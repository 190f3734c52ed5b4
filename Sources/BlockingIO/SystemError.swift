// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A system call that failed: which, and `errno`.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The call or the step, as a person would name it: `bind /run/boothd/control`.
    package let operation: String
    /// `errno` as the call left it.
    package let code: CInt

    /// - Parameters:
    ///   - operation: put together only once `code` is read: what a text allocates may change `errno`.
    ///   - code: `errno` as the call that failed just before left it.
    package init(_ operation: @autoclosure () -> String, code: CInt = errno) {
        self.code = code
        self.operation = operation()
    }

    /// The step and the system's words, on one line.
    package var description: String { "\(operation): \(String(cString: strerror(code)))" }
}
