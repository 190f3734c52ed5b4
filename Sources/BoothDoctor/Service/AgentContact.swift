// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import Glibc

/// What came of asking the agent.
struct AgentContact {
    /// Its answer, or why there is none.
    let status: Result<StatusReply, ControlClientError>
    /// The process that answers; nil where nobody does.
    let credentials: PeerCredentials?

    init(status: Result<StatusReply, ControlClientError>, credentials: PeerCredentials?) {
        self.status = status
        self.credentials = credentials
    }

    /// Asks; takes as long as a client waits at most.
    init(socket: String) {
        var credentials: PeerCredentials?
        status = Result { () throws(ControlClientError) in
            let client = try ControlClient(path: socket)
            credentials = client.agent
            return try ControlClient.decode(StatusReply.self, from: try client.call(.status))
        }
        self.credentials = credentials
    }

    var reply: StatusReply? {
        if case .success(let reply) = status { reply } else { nil }
    }

    var pid: pid_t? { credentials?.pid }
}
