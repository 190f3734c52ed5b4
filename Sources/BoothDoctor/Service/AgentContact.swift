// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import Glibc

/// The result of asking the agent.
struct AgentContact {
    /// Its answer, or the error.
    let status: Result<StatusReply, ControlClientError>
    /// The process that answered; nil if none did.
    let credentials: PeerCredentials?
    /// Its points and the counters of its Modbus units; nil if it did not report them.
    let points: PointsReply?

    init(
        status: Result<StatusReply, ControlClientError>, credentials: PeerCredentials?, points: PointsReply? = nil
    ) {
        self.status = status
        self.credentials = credentials
        self.points = points
    }

    /// Asks the agent. Takes as long as a client's timeout at most.
    init(socket: String) {
        var credentials: PeerCredentials?
        var points: PointsReply?
        status = Result { () throws(ControlClientError) in
            let client = try ControlClient(path: socket)
            credentials = client.agent
            let reply = try ControlClient.decode(StatusReply.self, from: try client.call(.status))
            points = try? ControlClient.decode(PointsReply.self, from: try client.call(.points))
            return reply
        }
        self.credentials = credentials
        self.points = points
    }

    var reply: StatusReply? {
        if case .success(let reply) = status { reply } else { nil }
    }

    var pid: pid_t? { credentials?.pid }
}
