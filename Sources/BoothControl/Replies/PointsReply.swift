// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The answer to `ListPoints`: every point, in the configuration's order.
package struct PointsReply: Codable, Sendable, Hashable {
    package var points: [PointStatus]
    /// How each Modbus unit has answered, bus by bus.
    package var units: [UnitCounters]

    package init(points: [PointStatus], units: [UnitCounters] = []) {
        self.points = points
        self.units = units
    }

    /// An agent of before has no `units`.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        points = try container.decode([PointStatus].self, forKey: .points)
        units = try container.decodeIfPresent([UnitCounters].self, forKey: .units) ?? []
    }
}

/// What one point is known to be.
package struct PointStatus: Codable, Sendable, Hashable {
    package var id: PointID
    package var kind: PointKind
    /// For people, as the configuration names it.
    package var name: String
    package var state: PointState
    /// The bit or register as read; null where nothing was ever read.
    @Nullable package var value: Int?
    package var quality: Quality
    /// When it came to be so, local civil time with offset; null where the clock was not trusted.
    @Nullable package var since: String?

    /// - Parameters:
    ///   - reading: the last one; nil for a point that was never read.
    ///   - since: RFC 3339 with offset.
    package init(_ point: PointConfiguration, reading: Reading?, since: String?) {
        id = point.id
        kind = point.kind
        name = point.name
        state = reading?.state ?? .unknown
        value = reading?.value
        quality = reading?.quality ?? .stale
        self.since = since
    }
}
