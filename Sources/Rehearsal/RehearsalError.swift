// SPDX-License-Identifier: Apache-2.0

/// A rehearsal that failed, described for the reader of the test's or demo's output.
package struct RehearsalError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
