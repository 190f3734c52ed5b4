// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `[booth]`: the identity and location of the booth.
extension ConfigurationReader {
    func booth(in file: TableReader) -> Booth? {
        guard file.isPresent("booth") else {
            problems.note(
                at: file.place, zh: "缺少表 [booth]；请写明岗亭是谁、在哪里", en: "there is no [booth]; say who and where it is")
            return nil
        }
        return file.table("booth") { table in
            let code = table.required("code", .code)
            let name = table.required("name", .name)
            let county = table.required("county", .county)
            let grid = table.required("grid", .code)
            let address = table.required("address", .name)
            let longitude = table.required("longitude", .degrees(180))
            let latitude = table.required("latitude", .degrees(90))
            let site: Booth.Site? = table.optional("site", .word)
            let timeZone = table.value("time-zone", .timeZone(in: locations), default: Booth.usualTimeZone)
            guard let code, let name, let county, let grid, let address, let longitude, let latitude else { return nil }
            return Booth(
                code: code, name: name, county: county, grid: grid, address: address, longitude: longitude,
                latitude: latitude, site: site, timeZone: timeZone)
        }
    }
}

extension Notation where Value == Double {
    /// Degrees (WGS 84), up to `most` on either side of zero.
    fileprivate static func degrees(_ most: Int) -> Notation {
        .number(
            Double(-most)...Double(most), zh: "WGS 84 度数 -\(most)..\(most)", en: "WGS 84 degrees -\(most)..\(most)")
    }
}
