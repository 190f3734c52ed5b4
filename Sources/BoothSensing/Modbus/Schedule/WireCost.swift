// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// How much of a bus's time a request takes, to compare two ways of reading the same points.
struct WireCost: Sendable {
    /// From the end of a request to the first byte of its answer, on common boards.
    static let turnRound = Duration.milliseconds(5)
    /// Over TCP only the round trip counts, so up to this many unwanted values are free.
    static let freeRegisters = 32
    static let freeBits = 256

    /// 8 bytes of request: unit, function, address, count, checksum. 5 bytes around the answer's data: unit, function,
    /// length, checksum.
    private static let framing = 8 + 5

    /// Nil over TCP.
    private let line: SerialLine?

    init(_ bus: ModbusBusConfiguration) {
        if case .serial(_, let line) = ModbusEndpoint(bus.transport) { self.line = line } else { line = nil }
    }

    /// From the request's first bit to the earliest next request.
    func time(of read: ReadRequest) -> Duration {
        guard let line else { return Self.turnRound }
        let bytes = Self.framing + read.table.bytes(of: read.count)
        return line.time(of: bytes) + line.silenceBetweenFrames * 2 + Self.turnRound
    }

    /// Whether one request for both is within the protocol's limits and takes no more of the bus's time than two. Each
    /// is made as often as its fastest point needs.
    func joins(_ first: PollRequest, _ second: PollRequest) -> Bool {
        let whole = first.range(with: second)
        guard whole.count <= first.read.table.mostInOneRequest, isFree(between: first, second) else { return false }
        let joined = ReadRequest(
            unit: first.read.unit, table: first.read.table, address: whole.lowerBound, count: whole.count)
        let share = share(of: joined, every: min(first.period, second.period))
        return share <= self.share(of: first.read, every: first.period)
            + self.share(of: second.read, every: second.period)
    }

    private func isFree(between first: PollRequest, _ second: PollRequest) -> Bool {
        guard line == nil else { return true }
        let hole =
            max(first.range.lowerBound, second.range.lowerBound) - min(first.range.upperBound, second.range.upperBound)
        return hole <= (first.read.table.isRegisters ? Self.freeRegisters : Self.freeBits)
    }

    /// The share of the bus's time, 1 for all of it.
    private func share(of read: ReadRequest, every period: Duration) -> Double {
        Double(time(of: read).nanoseconds) / Double(max(1, period.nanoseconds))
    }
}
