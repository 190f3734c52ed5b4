// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

final class Line {
    let connection: HTTPConnection
    /// When the last whole answer came on it; nil: none came.
    fileprivate(set) var answered: BootTime?

    fileprivate init(_ connection: HTTPConnection) {
        self.connection = connection
    }
}

/// A target's connections; chooses the one for the next request.
///
/// One connection is enough for a booth that sends little. While a backlog is sent there are two, so that one is open
/// and free for a press.
final class Lines {
    /// How many idle connections are kept.
    private static let mostIdle = 2
    /// While a spare connection is wanted, each one is used at least this often, so that a NAT or firewall does not
    /// forget it.
    private static let coldAfter = Duration.seconds(30)

    private let connections: HTTPConnections
    private var idle: [Line] = []

    init(_ connections: HTTPConnections) {
        self.connections = connections
    }

    func begin(_ request: OutgoingRequest, on line: Line) throws(HTTPFailure) {
        try connections.begin(request, on: line.connection)
    }

    // MARK: Choosing a connection

    /// The idle connection that answered last; a new one if none is idle.
    func warmest() throws(HTTPFailure) -> Line {
        if let line = removeWarmest() { return line }
        return try fresh()
    }

    /// Takes the idle connection that answered last; nil if none is idle.
    func removeWarmest() -> Line? {
        idle.indices.max { lastAnswer(idle[$0]) < lastAnswer(idle[$1]) }.map { idle.remove(at: $0) }
    }

    func fresh() throws(HTTPFailure) -> Line { Line(try connections.open()) }

    /// Makes sure that another connection stays open and free: uses a new one if fewer than two are idle, otherwise the
    /// one that was unused for longest if that is over 30 s, otherwise the warmest.
    func openingSpare(at now: BootTime) throws(HTTPFailure) -> Line {
        guard idle.count > 1, let oldest = oldestIdle else { return try fresh() }
        return try now - lastAnswer(idle[oldest]) < Self.coldAfter ? warmest() : idle.remove(at: oldest)
    }

    private var oldestIdle: Int? { idle.indices.min { lastAnswer(idle[$0]) < lastAnswer(idle[$1]) } }

    private func lastAnswer(_ line: Line) -> BootTime { line.answered ?? BootTime(nanoseconds: 0) }

    // MARK: Returning a connection

    /// A whole answer came: the connection is idle again.
    func keep(_ line: Line, at now: BootTime) {
        line.answered = now
        idle.append(line)
        if idle.count > Self.mostIdle, let oldest = oldestIdle { idle.remove(at: oldest) }
    }

    /// Closes the connection and ends its request.
    func drop(_ line: Line) { connections.cancel(line.connection) }

    /// Closes connections that were idle for too long to be used again.
    func trim(at now: BootTime) { idle.removeAll { now - lastAnswer($0) > HTTPConnections.longestIdle } }

    /// Closes idle connections without an answer since `then`: a NAT or firewall may have forgotten them.
    func dropIdle(since then: BootTime) { idle.removeAll { lastAnswer($0) < then } }
}
