// SPDX-License-Identifier: Apache-2.0

/// Who did something: a platform by its target's id, `police`, or somebody at the booth, `local:zhang`.
package struct Actor: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }

    /// A platform, by its task or receipt.
    package static func platform(_ target: TargetID) -> Actor { Actor(rawValue: target.rawValue) }
    /// A user of this machine.
    ///
    /// - Parameter user: the login name, or the number if it has none.
    package static func officer(_ user: String) -> Actor { Actor(rawValue: "local:\(user)") }
    /// The agent itself, which closes for example what a walk test raised.
    package static let agent = Actor(rawValue: "boothd")
}
