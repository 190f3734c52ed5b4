// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// One request and the points that its answer serves.
struct PollRequest: Sendable, Hashable {
    var read: ReadRequest
    /// The shortest poll interval of its points.
    var period: Duration
    var points: [PolledPoint]
    /// The start and length of a read are multiples of this: 8 bits for a unit that answers only whole bytes.
    var grain = 1

    /// The highest priority of its points: the smallest number, 1...4.
    var priority: Int { points.lazy.map(\.priority).min() ?? 4 }

    var range: Range<Int> { read.address..<read.address + read.count }

    /// Whether only a part of the addresses may be refused: `split` has more than one part.
    var canSplit: Bool { read.count > grain }
}

extension PollRequest {
    /// - Parameter points: one or more, of one unit and table.
    init(_ points: [PolledPoint], unit: Int, table: DataTable, grain: Int) {
        read = ReadRequest(unit: unit, table: table, address: 0, count: 0)
        period = points.map(\.source.poll).min() ?? .zero
        self.points = points
        self.grain = grain
        let grains = points.map { $0.source.address / grain }
        set((grains.min() ?? 0) * grain..<((grains.max() ?? 0) + 1) * grain)
    }

    /// From the first address of both to the last.
    func range(with other: PollRequest) -> Range<Int> {
        min(range.lowerBound, other.range.lowerBound)..<max(range.upperBound, other.range.upperBound)
    }

    mutating func absorb(_ other: PollRequest) {
        set(range(with: other))
        period = min(period, other.period)
        points += other.points
    }

    private mutating func set(_ range: Range<Int>) {
        read.address = range.lowerBound
        read.count = range.count
    }

    /// The smaller requests to make after the unit refused this one. Several runs of addresses with points become one
    /// request each, because the refused addresses are usually those that no point uses. A single run becomes two
    /// halves. One address stays as it is.
    var split: [PollRequest] {
        let byGrain = Dictionary(grouping: points) { $0.source.address / grain }
        let grains = byGrain.keys.sorted()
        let runs = Self.runs(of: grains)
        let parts = runs.count > 1 ? runs : [grains.prefix(grains.count / 2), grains.suffix((grains.count + 1) / 2)]
        return parts.filter { !$0.isEmpty }.map { part in
            PollRequest(part.flatMap { byGrain[$0] ?? [] }, unit: read.unit, table: read.table, grain: grain)
        }
    }

    private static func runs(of grains: [Int]) -> [ArraySlice<Int>] {
        var runs: [ArraySlice<Int>] = []
        var start = grains.startIndex
        for index in grains.indices where index + 1 == grains.endIndex || grains[index + 1] != grains[index] + 1 {
            runs.append(grains[start...index])
            start = index + 1
        }
        return runs
    }
}
