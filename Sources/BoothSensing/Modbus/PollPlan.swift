// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// A point on a bus, with what its readings are made of.
struct PolledPoint: Sendable, Hashable {
    var id: PointID
    var source: ModbusSource
    var loop: LoopBands?

    /// Nil for a point that is not on `bus`.
    init?(_ configuration: PointConfiguration, on bus: String) {
        guard case .modbus(let source) = configuration.source, source.bus == bus else { return nil }
        id = configuration.id
        self.source = source
        loop = configuration.loop
    }

    /// What `word` says, before any debouncing; nil for a word in no band of the point's loop.
    func state(of word: UInt16) -> PointState? {
        if let loop { return loop.state(of: Int(word)) }
        let isSet = source.bit.map { word >> $0 & 1 == 1 } ?? (word != 0)
        return isSet == (source.active == .high) ? .active : .normal
    }
}

/// One request and the points that its answer serves.
struct PollRequest: Sendable, Hashable {
    var read: ReadRequest
    var period: Duration
    var points: [PolledPoint]

    /// One request for each address; what is left of a merged request that the unit refused.
    var split: [PollRequest] {
        Dictionary(grouping: points, by: \.source.address).sorted { $0.key < $1.key }.map { address, points in
            PollRequest(
                read: ReadRequest(unit: read.unit, table: read.table, address: address, count: 1), period: period,
                points: points)
        }
    }
}

/// Which requests read all points of a bus: adjacent addresses with the same unit, table and period are one request,
/// within 2000 bits or 125 registers. Addresses that nobody asked for are never read: units refuse them.
struct PollPlan: Sendable, Hashable {
    /// In order of unit, table, period and address.
    private(set) var requests: [PollRequest] = []

    init(_ points: [PolledPoint]) {
        for point in points.sorted(by: { $0.source.order.lexicographicallyPrecedes($1.source.order) }) {
            if requests.last?.takes(point) == true {
                requests[requests.count - 1].take(point)
            } else {
                requests.append(PollRequest(point))
            }
        }
    }
}

extension PollRequest {
    fileprivate init(_ point: PolledPoint) {
        let source = point.source
        read = ReadRequest(unit: source.unit, table: DataTable(source.table), address: source.address, count: 1)
        period = source.poll
        points = [point]
    }

    fileprivate func takes(_ point: PolledPoint) -> Bool {
        let source = point.source
        guard read.unit == source.unit, read.table == DataTable(source.table), period == source.poll else {
            return false
        }
        let count = source.address - read.address + 1
        return count == read.count || (count == read.count + 1 && count <= read.table.mostInOneRequest)
    }

    fileprivate mutating func take(_ point: PolledPoint) {
        read.count = point.source.address - read.address + 1
        points.append(point)
    }
}

extension ModbusSource {
    fileprivate var order: [Int64] {
        [Int64(unit), Int64(DataTable(table).readFunction), poll.nanoseconds, Int64(address), Int64(bit ?? 0)]
    }
}

extension DataTable {
    /// The wrapper's word for the configuration's.
    package init(_ table: ModbusTable) {
        switch table {
        case .coil: self = .coils
        case .discreteInput: self = .discreteInputs
        case .inputRegister: self = .inputRegisters
        case .holdingRegister: self = .holdingRegisters
        }
    }
}

extension ModbusEndpoint {
    /// What a configured bus is opened as.
    package init(_ transport: ModbusBusConfiguration.Transport) {
        switch transport {
        case .tcp(let host, let port): self = .tcp(host: host, port: port)
        case .serial(let path, let baud, let parity, let stopBits):
            let parity: SerialLine.Parity =
                switch parity {
                case .none: .none
                case .even: .even
                case .odd: .odd
                }
            self = .serial(path: path, line: SerialLine(baud: baud, parity: parity, stopBits: stopBits))
        }
    }
}
