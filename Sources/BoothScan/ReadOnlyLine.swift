// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// A bus that can only be read; a scan uses nothing else.
///
/// The connection is private to this file, and only reads (functions 1 to 4) are made here.
package final class ReadOnlyLine {
    private let endpoint: ModbusEndpoint
    private let responseTimeout: Duration
    private var connection: ModbusConnection?
    /// Since when a unit may still be answering a request that was given up.
    private var missedAt: ContinuousClock.Instant?

    /// The longest time a slow unit is known to take for its answer; longer than a scan's short timeout.
    package static let longestLateness = Duration.milliseconds(300)

    /// Connects, or opens the serial line for this process alone.
    ///
    /// - Parameter responseTimeout: for reads that name no other; 1 ms or more.
    /// - Throws: `ModbusError` when it cannot be opened.
    package init(to endpoint: ModbusEndpoint, responseTimeout: Duration) throws(ModbusError) {
        self.endpoint = endpoint
        self.responseTimeout = responseTimeout
        connection = try ModbusConnection(to: endpoint, responseTimeout: responseTimeout)
    }

    /// Reads once; blocks until the answer or the timeout.
    ///
    /// - Parameter span: from the end of the request to the beginning of its answer; nil: the timeout given to `init`.
    /// - Returns: the values in order of address; a bit is 0 or 1.
    /// - Throws: `ModbusError`: an exception or failure.
    package func read(_ request: ReadRequest, within span: Duration? = nil) throws(ModbusError) -> [UInt16] {
        do throws(ModbusError) {
            let words = try ask(request, within: span ?? responseTimeout)
            return words
        } catch {
            if error.isTimeout || error.isBadFrame { missedAt = .now }
            // Over TCP close the socket, so that a late answer is lost. The next read connects again.
            if isTCP, error.exception == nil { connection = nil }
            throw error
        }
    }

    /// Whether a serial line gives back what is sent on it, tested with one read of any unit, which need not answer.
    ///
    /// - Throws: `ModbusError`: a connection loss.
    package func hasEcho(of request: ReadRequest) throws(ModbusError) -> Bool {
        try connection?.hasEcho(of: request) ?? false
    }

    /// The units that answered late since the last call.
    package func takeLateUnits() -> Set<Int> {
        connection?.takeForeignUnits() ?? []
    }

    /// Waits until no late answer can come any more, and discards what comes.
    ///
    /// - Parameter span: how long a late answer may come after the last request that was given up.
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
