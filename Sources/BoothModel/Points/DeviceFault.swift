// SPDX-License-Identifier: Apache-2.0

/// Why a device is lost: a stable word for machines, and a sentence with the next step for people.
package struct DeviceFault: Sendable, Hashable, Codable {
    /// The kind of fault, for machines. The same code again is no news.
    package enum Code: String, Sendable, Codable {
        /// The file, chip, line or host is not there.
        case missing
        /// Somebody else holds it.
        case busy
        /// This process may not open it.
        case denied
        /// It does not answer.
        case silent
        /// It answers that it has no such thing, or that it failed.
        case refused
        /// Its contact chatters.
        case chattering
        /// It stays active for longer than anybody presses.
        case stuck
        /// The supervised loop is open: somebody or something cut it.
        case cut
        /// The supervised loop is bridged.
        case short
        /// It was there and its connection broke.
        case disconnected
        /// It gives impossible values: a value out of range, a guard register with another value.
        case implausible
        /// The line hears its own requests.
        case echo
        /// A technician's tool has it for a while.
        case lent
        /// An output does not show what was written to it.
        case unwritten
        /// The wall clock follows no reference.
        case unsynchronised
    }

    package var code: Code
    /// What is wrong, and after a semicolon the next step.
    package var message: Message

    package init(_ code: Code, _ message: Message) {
        self.code = code
        self.message = message
    }
}
