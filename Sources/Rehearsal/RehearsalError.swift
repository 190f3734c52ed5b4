// SPDX-License-Identifier: Apache-2.0

/// A rehearsal that did not go as planned, in words for whoever reads the test's or the demo's output.
package struct RehearsalError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
