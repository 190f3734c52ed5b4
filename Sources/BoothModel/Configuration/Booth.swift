// SPDX-License-Identifier: Apache-2.0

/// The booth's name and place; in every event.
package struct Booth: Sendable, Hashable {
    /// Unique in the county, such as `B0001`.
    package var code: String
    /// For people; not empty.
    package var name: String
    /// GB/T 2260, six digits.
    package var county: String
    /// The grid's number on the county's map.
    package var grid: String
    /// The standard address code, opaque.
    package var address: String
    /// WGS 84 degrees, -180...180.
    package var longitude: Double
    /// WGS 84 degrees, -90...90.
    package var latitude: Double
    /// nil: the configuration does not say.
    package var site: Site?
    /// An IANA zone name.
    package var timeZone: String

    /// The kind of place where the booth stands.
    package enum Site: String, Sendable, CaseIterable, Codable {
        case school, commerce, hospital, scenic, town, station
    }

    package static let usualTimeZone = "Asia/Shanghai"

    package init(
        code: String, name: String, county: String, grid: String, address: String, longitude: Double, latitude: Double,
        site: Site? = nil, timeZone: String = Booth.usualTimeZone
    ) {
        self.code = code
        self.name = name
        self.county = county
        self.grid = grid
        self.address = address
        self.longitude = longitude
        self.latitude = latitude
        self.site = site
        self.timeZone = timeZone
    }

    /// The `source` of every event: `urn:booth:COUNTY:CODE`.
    package var source: String { "urn:booth:\(county):\(code)" }
}
