// SPDX-License-Identifier: Apache-2.0

/// How the disk serves the journal.
package enum StorageState: Sendable, Hashable {
    case ok
    /// The disk or `[storage] limit` is full: entries are held in memory and sent from there.
    case full(Message)
    /// The disk refuses to write: entries are held in memory and sent from there.
    case fault(Message)

    /// Whether both are well, both full or both failing. The messages may differ.
    package func isSameKind(as other: StorageState) -> Bool {
        switch (self, other) {
        case (.ok, .ok), (.full, .full), (.fault, .fault): true
        default: false
        }
    }

    /// What to tell people; nil: all is well.
    package var message: Message? {
        switch self {
        case .ok: nil
        case .full(let message), .fault(let message): message
        }
    }
}
