// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal

/// Something that takes events of 600 bytes one at a time, keeps them on disk, and passes them on: the agent's journal and
/// uplink, or what a person would take from Debian instead. All of it below one folder.
protocol Relay: AnyObject {
    /// Starts the program on its folder, empty or not, and waits until it takes events.
    ///
    /// - Parameter tracer: a command line to run it with, such as strace's.
    func start(tracer: [String]) throws

    /// Hands over so many events, one after the other, each once the one before it was acknowledged.
    func publish(_ count: Int) throws

    /// Hands over so many events as fast as they are taken.
    func publishAtOnce(_ count: Int) throws

    /// How many events it has, after a start.
    func count() throws -> Int

    /// Has everything passed on to a receiver that keeps nothing, each event acknowledged.
    ///
    /// - Parameter limit: how long that may take.
    /// - Returns: events, and seconds from the first to the last.
    func drain(within limit: Duration) throws -> (events: Int, seconds: Double)

    /// Ends the program with SIGKILL.
    func kill() throws

    /// Ends the program as its service manager would.
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
