// SPDX-License-Identifier: Apache-2.0

/// The state of a point's input.
package enum PointState: String, Sendable, Codable {
    case normal
    case active
    /// A supervised loop whose resistance is missing: somebody bridged it.
    case short
    /// A supervised loop that is open: somebody cut it.
    case cut
    /// Never read yet.
    case unknown
}

/// How far a reading can be trusted.
package enum Quality: String, Sendable, Codable {
    /// Read as recently as its source should be read.
    case good
    /// The last value known; its source does not answer.
    case stale
    /// There is no value to trust: the line is missing, the unit refuses the address.
    case fault
}
