// SPDX-License-Identifier: Apache-2.0
import Rehearsal

/// A `Workspace` for tests that cannot go on without one.
package final class TemporaryFolder: Sendable {
    private let workspace: Workspace

    package init() {
        do { workspace = try Workspace(named: "boothd-test") } catch { fatalError("\(error)") }
    }

    /// Absolute, without a slash at the end.
    package var path: String { workspace.path }

    /// The path of a file in it, there or not.
    package func file(_ name: String) -> String { workspace.file(name) }
}
