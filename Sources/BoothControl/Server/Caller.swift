// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc

/// The process that makes a call, as the kernel reports it.
package struct Caller: Sendable, Hashable {
    /// As they were when the client connected.
    package var credentials: PeerCredentials

    package init(_ credentials: PeerCredentials) {
        self.credentials = credentials
    }

    /// The user's name in the journal: the login name, or the number if the user has none. Never from the environment.
    package var officer: Actor { Self.officer(credentials.uid) }

    /// The name of a user of this machine in the journal.
    package static func officer(_ user: uid_t) -> Actor {
        .officer(PeerCredentials.login(of: user) ?? String(user))
    }

    package var isRoot: Bool { credentials.uid == 0 }

    /// Whether it may change something and not only look: root, the agent's own user, and group `booth-operator`.
    ///
    /// - Parameters:
    ///   - agent: the agent's user.
    ///   - operators: the number of group `booth-operator`; nil if the system has none.
    package func mayAct(
        agent: uid_t = geteuid(), operators: gid_t? = PeerCredentials.group(named: "booth-operator")
    ) -> Bool {
        if isRoot || credentials.uid == agent { return true }
        guard let operators else { return false }
        return credentials.gid == operators || credentials.groups.contains(operators)
    }
}
