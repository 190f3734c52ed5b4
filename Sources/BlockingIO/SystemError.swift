// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A failed system call: the operation, and `errno`.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The call or the operation in words for people: `bind /run/boothd/control`.
    package let operation: String
    /// `errno` of the failed call.
    package let code: CInt

    /// - Parameters:
    ///   - operation: evaluated after `code`, because building a text may change `errno`.
    ///   - code: `errno` of the call that has just failed.
    package init(_ operation: @autoclosure () -> String, code: CInt = errno) {
        self.code = code
        self.operation = operation()
    }

    /// The operation and the system's error text, on one line.
    package var description: String { "\(operation): \(String(cString: strerror(code)))" }
}
