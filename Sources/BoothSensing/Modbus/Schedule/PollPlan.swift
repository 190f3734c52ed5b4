// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// A point on a bus, with what is needed to make its readings.
struct PolledPoint: Sendable, Hashable {
    var id: PointID
    var source: ModbusSource
    var loop: LoopBands?
    /// The priority of the incident it raises, 1...4; 4 if it raises none.
    var priority: Int
    /// The id of the output that is read back here; nil for an input.
    var output: String?

    /// Nil for a point that is not on `bus`.
    init?(_ configuration: PointConfiguration, on bus: String) {
        guard case .modbus(let source) = configuration.source, source.bus == bus else { return nil }
        id = configuration.id
        self.source = source
        loop = configuration.loop
        priority = configuration.classification?.priority.rawValue ?? Priority.routine.rawValue
    }

    /// The state that `word` means, before debouncing; nil if the word is in no band of the point's loop.
    func state(of word: UInt16) -> PointState? {
        if let loop { return loop.state(of: Int(word)) }
        let isSet = source.bit.map { word >> $0 & 1 == 1 } ?? (word != 0)
        return isSet == (source.active == .high) ? .active : .normal
    }
}

/// The requests that read all points of a bus, as few as are cheap on the wire.
///
/// Neighbouring addresses of one unit and table become one request, gaps included, if that takes no more of the bus's
/// time than two requests. If a unit refuses a request, it is split (`PollRequest.split`).
struct PollPlan: Sendable, Hashable {
    /// In order of unit, table and address.
    private(set) var requests: [PollRequest] = []

    init(_ points: [PolledPoint], bus: ModbusBusConfiguration) {
        let cost = WireCost(bus)
        let sorted = points.sorted { $0.source.order.lexicographicallyPrecedes($1.source.order) }
        for group in sorted.split(whereNeighbours: { $0.source.isElsewhere(than: $1.source) }) {
            requests += Self.requests(for: group, bus, cost)
        }
    }

    /// - Parameter points: the points of one unit and table, in order of period and address.
    private static func requests(
        for points: ArraySlice<PolledPoint>, _ bus: ModbusBusConfiguration, _ cost: WireCost
    ) -> [PollRequest] {
        var requests: [PollRequest] = []
        // The fastest points first: their requests can serve slower points at no cost.
        for group in points.split(whereNeighbours: { $0.source.poll != $1.source.poll }) {
            for point in group {
                let single = PollRequest(point, bus)
                if let index = requests.firstIndex(where: { $0.covers(single) }) {
                    requests[index].absorb(single)
                } else {
                    requests.append(single)
                }
            }
            join(&requests, cost)
        }
        return requests
    }

    /// Joins neighbouring requests until no join is cheaper.
    private static func join(_ requests: inout [PollRequest], _ cost: WireCost) {
        var before = 0
        repeat {
            before = requests.count
            let sorted = requests.sorted { ($0.read.address, $0.read.count) < ($1.read.address, $1.read.count) }
            requests.removeAll(keepingCapacity: true)
            for request in sorted {
                if let last = requests.last, cost.joins(last, request) {
                    requests[requests.count - 1].absorb(request)
                } else {
                    requests.append(request)
                }
            }
        } while requests.count < before
    }
}

extension PollRequest {
    fileprivate init(_ point: PolledPoint, _ bus: ModbusBusConfiguration) {
        let source = point.source
        let answersBytes = !source.table.isRegisters && bus.units[source.unit]?.answersWholeBytes == true
        self.init([point], unit: source.unit, table: DataTable(source.table), grain: answersBytes ? 8 : 1)
    }

    fileprivate func covers(_ other: PollRequest) -> Bool {
        period <= other.period && range.lowerBound <= other.range.lowerBound
            && other.range.upperBound <= range.upperBound
    }
}

extension ModbusSource {
    fileprivate var order: [Int64] {
        [Int64(unit), Int64(DataTable(table).readFunction), poll.nanoseconds, Int64(address), Int64(bit ?? 0)]
    }

    fileprivate func isElsewhere(than other: ModbusSource) -> Bool { unit != other.unit || table != other.table }
}

extension RandomAccessCollection where Index == Int {
    /// Splits between each two neighbours for which `cut` is true.
    fileprivate func split(whereNeighbours cut: (Element, Element) -> Bool) -> [SubSequence] {
        var pieces: [SubSequence] = []
        var start = startIndex
        for index in indices where index + 1 == endIndex || cut(self[index], self[index + 1]) {
            pieces.append(self[start...index])
            start = index + 1
        }
        return pieces
    }
}

extension DataTable {
    /// The table as the Modbus wrapper names it.
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
    /// The endpoint of a configured bus.
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
