// SPDX-License-Identifier: Apache-2.0

/// The answer to `ListPoints`: every point, in the configuration's order.
package struct PointsReply: Codable, Sendable, Hashable {
    package var points: [PointStatus]
    /// How each Modbus unit has answered, bus by bus.
    package var units: [UnitCounters]

    package init(points: [PointStatus], units: [UnitCounters] = []) {
        self.points = points
        self.units = units
    }
}

/// The known state of one point.
package struct PointStatus: Codable, Sendable, Hashable {
    package var id: PointID
    package var kind: PointKind
    /// For people, as the configuration names it.
    package var name: String
    package var state: PointState
    /// The bit or register as read; null: nothing was ever read.
    @Nullable package var value: Int?
    package var quality: Quality
    /// Since when, local civil time with offset; null: the clock was not trusted.
    @Nullable package var since: String?
    /// When it last became active, in this run or before; null: never, or the clock was not trusted.
    @Nullable package var lastActive: String?
    /// Whether it has not been active for longer than its `untested`, so that somebody should try it.
    package var untested: Bool

    private enum CodingKeys: String, CodingKey {
        case id, kind, name, state, value, quality, since
        case lastActive = "last_active"
        case untested
    }

    /// - Parameters:
    ///   - reading: the last one; nil for a point that was never read.
    ///   - since: RFC 3339 with offset.
    ///   - lastActive: RFC 3339 with offset.
    package init(
        _ point: PointConfiguration, reading: Reading?, since: String?, lastActive: String? = nil,
        untested: Bool = false
    ) {
        id = point.id
        kind = point.kind
        name = point.name
        state = reading?.state ?? .unknown
        value = reading?.value
        quality = reading?.quality ?? .stale
        self.since = since
        self.lastActive = lastActive
        self.untested = untested
    }

    /// A missing `untested` counts as false.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(PointID.self, forKey: .id)
        kind = try container.decode(PointKind.self, forKey: .kind)
        name = try container.decode(String.self, forKey: .name)
        state = try container.decode(PointState.self, forKey: .state)
        _value = try container.decode(Nullable<Int>.self, forKey: .value)
        quality = try container.decode(Quality.self, forKey: .quality)
        _since = try container.decode(Nullable<String>.self, forKey: .since)
        _lastActive = try container.decode(Nullable<String>.self, forKey: .lastActive)
        untested = try container.decodeIfPresent(Bool.self, forKey: .untested) ?? false
    }
}
