// SPDX-License-Identifier: Apache-2.0

/// One event as `events` shows it.
package struct RecentEvent: Sendable, Hashable {
    /// Rises with occurrence: `EventID.key`.
    package var key: Int64
    /// The CloudEvent, given to clients as it stands.
    package var json: String

    package init(key: Int64, json: String) {
        self.key = key
        self.json = json
    }
}
