// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal

/// Something that accepts events of 600 bytes one by one, keeps them on disk, and passes them on: the agent's journal
/// and uplink, or a program from Debian that could replace them. It keeps everything in one folder.
protocol Relay: AnyObject {
    /// Starts the program with its folder, which may be empty, and waits until it accepts events.
    ///
    /// - Parameter tracer: a command line that runs it, such as strace's.
    func start(tracer: [String]) throws

    /// Publishes `count` events, each after the one before was acknowledged.
    func publish(_ count: Int) throws

    /// Publishes `count` events as fast as they are accepted.
    func publishAtOnce(_ count: Int) throws

    /// The number of events that it has after a start.
    func count() throws -> Int

    /// Passes everything on to a receiver that stores nothing; each event is acknowledged.
    ///
    /// - Parameter limit: the longest time for it.
    /// - Returns: the number of events, and the seconds from the first to the last.
    func drain(within limit: Duration) throws -> (events: Int, seconds: Double)

    /// Ends the program with SIGKILL.
    func kill() throws

    /// Ends the program in the way its service manager would.
    func stop() throws
}

extension Relay {
    func start() throws { try start(tracer: []) }
}

/// An event of 600 bytes.
func relayedEvent(_ id: some CustomStringConvertible) -> [UInt8] {
    let head = #"{"specversion":"1.0","id":""# + id.description + #"","data":""#
    return Array((head + String(repeating: "x", count: 600 - 2 - head.utf8.count) + #""}"#).utf8)
}
