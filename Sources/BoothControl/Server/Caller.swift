// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc

/// Who makes a call, by the kernel's word.
package struct Caller: Sendable, Hashable {
    /// As they were when the client connected.
    package var credentials: PeerCredentials

    package init(_ credentials: PeerCredentials) {
        self.credentials = credentials
    }

    /// As the journal names who acts: the login name, or the number where the user has none. Never by the environment.
    package var officer: Actor { Self.officer(credentials.uid) }

    /// A user of this machine, as the journal names them.
    package static func officer(_ user: uid_t) -> Actor {
        .officer(PeerCredentials.login(of: user) ?? String(user))
    }

    package var isRoot: Bool { credentials.uid == 0 }

    /// Whether it may change something, and not only look: root, the agent's own user, and group `booth-operator`.
    ///
    /// - Parameters:
    ///   - agent: the agent's user.
    ///   - operators: the number of group `booth-operator`; nil where the system has none.
    package func mayAct(
        agent: uid_t = geteuid(), operators: gid_t? = PeerCredentials.group(named: "booth-operator")
    ) -> Bool {
        if isRoot || credentials.uid == agent { return true }
        guard let operators else { return false }
        return credentials.gid == operators || credentials.groups.contains(operators)
    }
}
