// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension CivilDate {
    /// `2026-11-21`.
    var text: String { "\(year)-\(Self.two(month))-\(Self.two(day))" }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
