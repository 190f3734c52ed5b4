// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// A bus that can be read and not written: all that a scan has of it.
///
/// The connection under it is private to this file, and nothing here makes a request but a read: functions 1 to 4.
package final class ReadOnlyLine {
    private let endpoint: ModbusEndpoint
    private let responseTimeout: Duration
    private var connection: ModbusConnection?
    /// Since when a unit may still be answering what was given up.
    private var missedAt: ContinuousClock.Instant?

    /// The longest that a unit is known to take for its answer, for those that a scan's short timeout is too short for.
    package static let longestLateness = Duration.milliseconds(300)

    /// Opens the line, which is then held for this process alone, or connects.
    ///
    /// - Parameter responseTimeout: unless a read names another; 1 ms or more.
    /// - Throws: `ModbusError` when it cannot be opened.
    package init(to endpoint: ModbusEndpoint, responseTimeout: Duration) throws(ModbusError) {
        self.endpoint = endpoint
        self.responseTimeout = responseTimeout
        connection = try ModbusConnection(to: endpoint, responseTimeout: responseTimeout)
    }

    /// Reads once; blocks until there is an answer, or none in time.
    ///
    /// - Parameter span: from the end of the request to the beginning of its answer; nil: as `init` was told.
    /// - Returns: the values in order of address; a bit is 0 or 1.
    /// - Throws: `ModbusError`: what came instead of values.
    package func read(_ request: ReadRequest, within span: Duration? = nil) throws(ModbusError) -> [UInt16] {
        do throws(ModbusError) {
            let words = try ask(request, within: span ?? responseTimeout)
            return words
        } catch {
            if error.isTimeout || error.isBadFrame { missedAt = .now }
            // Over TCP whatever is late finds its socket closed; what broke is opened again by the next read.
            if isTCP, error.exception == nil { connection = nil }
            throw error
        }
    }

    /// Whether a serial line gives back what is sent on it, tried by one read of any unit, which need not answer.
    ///
    /// - Throws: `ModbusError`: a connection loss.
    package func hasEcho(of request: ReadRequest) throws(ModbusError) -> Bool {
        try connection?.hasEcho(of: request) ?? false
    }

    /// The units that were heard late since the last call.
    package func takeLateUnits() -> Set<Int> {
        connection?.takeForeignUnits() ?? []
    }

    /// Waits until nothing that was given up can be answered any more, and throws away what comes.
    ///
    /// - Parameter span: how long after the last request that was given up.
    package func awaitSilence(within span: Duration = ReadOnlyLine.longestLateness) {
        guard let missedAt else { return }
        self.missedAt = nil
        let left = ContinuousClock.now.duration(to: missedAt + span)
        if left > .zero, !isTCP { connection?.discardInput(for: left) }
    }

    private var isTCP: Bool {
        if case .tcp = endpoint { true } else { false }
    }

    private func ask(_ request: ReadRequest, within span: Duration) throws(ModbusError) -> [UInt16] {
        if connection == nil { connection = try ModbusConnection(to: endpoint, responseTimeout: responseTimeout) }
        return try connection?.exchange(.read(request), within: span) ?? []
    }
}
