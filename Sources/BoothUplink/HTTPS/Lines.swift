// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

/// One of a target's connections.
final class Line {
    let connection: HTTPConnection
    /// When the last whole answer came over it; nil: none did.
    fileprivate(set) var answered: BootTime?

    fileprivate init(_ connection: HTTPConnection) {
        self.connection = connection
    }
}

/// A target's connections, and which of them the next request takes.
///
/// One does for a booth that has little to say. While a backlog is sent there are two, so that a press finds one that
/// is open and free.
final class Lines {
    /// Idle ones that are kept.
    private static let mostIdle = 2
    /// While a spare one is wanted, it is used at least so often: what stands between must not forget it.
    private static let coldAfter = Duration.seconds(30)

    private let connections: HTTPConnections
    /// Those without a request.
    private var idle: [Line] = []

    init(_ connections: HTTPConnections) {
        self.connections = connections
    }

    func begin(_ request: OutgoingRequest, on line: Line) throws(HTTPFailure) {
        try connections.begin(request, on: line.connection)
    }

    // MARK: Choosing one

    /// The one that answered last; a new one where all have a request.
    func warmest() throws(HTTPFailure) -> Line {
        if let line = removeWarmest() { return line }
        return try fresh()
    }

    /// The one that answered last, which is no longer idle then; nil where all have a request.
    func removeWarmest() -> Line? {
        idle.indices.max { lastAnswer(idle[$0]) < lastAnswer(idle[$1]) }.map { idle.remove(at: $0) }
    }

    /// A new one.
    func fresh() throws(HTTPFailure) -> Line { Line(try connections.open()) }

    /// The one that was not used for longest, or a new one, so that another one is open beside it from then on; the
    /// warmest while there is one already.
    func openingSpare(at now: BootTime) throws(HTTPFailure) -> Line {
        guard idle.count > 1, let oldest = oldestIdle else { return try fresh() }
        return try now - lastAnswer(idle[oldest]) < Self.coldAfter ? warmest() : idle.remove(at: oldest)
    }

    private var oldestIdle: Int? { idle.indices.min { lastAnswer(idle[$0]) < lastAnswer(idle[$1]) } }

    private func lastAnswer(_ line: Line) -> BootTime { line.answered ?? BootTime(nanoseconds: 0) }

    // MARK: Giving it back

    /// A whole answer came over it.
    func keep(_ line: Line, at now: BootTime) {
        line.answered = now
        idle.append(line)
        if idle.count > Self.mostIdle, let oldest = oldestIdle { idle.remove(at: oldest) }
    }

    /// Closes it, with the request that is on it.
    func drop(_ line: Line) { connections.cancel(line.connection) }

    /// Closes those that have been idle for long: they would not be used again.
    func trim(at now: BootTime) { idle.removeAll { now - lastAnswer($0) > HTTPConnections.longestIdle } }

    /// Closes those that have given no answer since `then`: what stands between may have forgotten them.
    func dropIdle(since then: BootTime) { idle.removeAll { lastAnswer($0) < then } }
}
