// SPDX-License-Identifier: Apache-2.0

/// What this build is.
package enum Product {
    /// Semantic version of the agent and its tools, as `--version`, the status and the heartbeat give it.
    package static let version = "0.1.0"
}
