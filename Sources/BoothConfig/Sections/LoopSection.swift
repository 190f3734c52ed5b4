// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `loop = { … }` of a point: the bands of a supervised loop's raw value.
extension ConfigurationReader {
    func loop(in point: TableReader, source: PointConfiguration.Source?) -> LoopBands? {
        let bands = point.table("loop") { table in
            let short = table.optional("short", .band)
            let normal = table.required("normal", .band)
            let alarm = table.required("alarm", .band)
            let cut = table.optional("cut", .band)
            let all = ["short": short, "normal": normal, "alarm": alarm, "cut": cut]
            noteOverlaps(all, in: table)
            if let range = source?.plausible { noteBeyond(range, all, in: table) }
            let hysteresis = table.optional("hysteresis", .integer(0...65_535))
            guard let normal, let alarm else { return LoopBands?.none }
            var bands = LoopBands(short: short, normal: normal, alarm: alarm, cut: cut)
            bands.hysteresis = hysteresis ?? bands.usualHysteresis
            noteTooMuchHysteresis(of: bands, in: table)
            return bands
        }
        if point.isPresent("loop"), let source, !source.canBeLoop {
            problems.note(
                at: point.keyPlace("loop"),
                zh: "\"loop\" 需要整个寄存器；请用 input-register 或 holding-register，不带 \"bit\" 和 active = \"low\"",
                en:
                    "\"loop\" takes a whole register; read an input-register or holding-register without \"bit\" or active = \"low\""
            )
        }
        return bands
    }

    private func noteTooMuchHysteresis(of bands: LoopBands, in table: TableReader) {
        let most = bands.mostHysteresis
        guard bands.hysteresis > most else { return }
        problems.note(
            at: table.valuePlace("hysteresis"),
            zh: "\"hysteresis\" 不能是 \(bands.hysteresis)，须小于最窄数值段的一半；应为 0..\(most)",
            en: "\"hysteresis\" cannot be \(bands.hysteresis), it has to be less than half of the narrowest band; "
                + "write 0..\(most)")
    }

    /// Notes each band that lies completely or partly outside of `range`. Values there would count as implausible, so a
    /// cut wire would not be recognised.
    private func noteBeyond(
        _ range: ClosedRange<Int>, _ bands: [String: ClosedRange<Int>?], in table: TableReader
    ) {
        for (name, band) in bands {
            // An open end, as in "901..", means the end of the range.
            guard let band,
                !range.contains(band.lowerBound == 0 ? range.lowerBound : band.lowerBound)
                    || !range.contains(band.upperBound == 65_535 ? range.upperBound : band.upperBound)
                    || !range.overlaps(band)
            else { continue }
            let span = "\(range.lowerBound)..\(range.upperBound)"
            let whole = "\(min(range.lowerBound, band.lowerBound))..\(max(range.upperBound, band.upperBound))"
            problems.note(
                at: table.valuePlace(name),
                zh: "数值段 \"\(name)\"（\(band.lowerBound)..\(band.upperBound)）超出 range \(span)，其外的值不算读数；"
                    + "请改数值段，或写 range = \"\(whole)\"",
                en:
                    "the band \"\(name)\", \(band.lowerBound)..\(band.upperBound), goes beyond the range \(span), outside of "
                    + "which nothing is a reading; correct it, or write range = \"\(whole)\"")
        }
    }

    /// Notes each band that overlaps an earlier one.
    private func noteOverlaps(_ bands: [String: ClosedRange<Int>?], in table: TableReader) {
        let inOrder = bands.compactMap { name, band in
            band.map { (name: name, band: $0, place: table.valuePlace(name)) }
        }
        .sorted { $0.place < $1.place }
        for (index, later) in inOrder.enumerated() {
            guard let earlier = inOrder[..<index].first(where: { $0.band.overlaps(later.band) }) else { continue }
            problems.note(
                at: later.place, zh: "数值段 \"\(later.name)\" 与 \"\(earlier.name)\" 重叠；各段不得有公共值",
                en: "the band \"\(later.name)\" overlaps \"\(earlier.name)\"; no value may be in two bands")
        }
    }
}

extension LoopBands {
    /// The largest possible hysteresis: less than half of the narrowest band, so that every band keeps a value that far
    /// inside.
    fileprivate var mostHysteresis: Int {
        let narrowest = [short, normal, alarm, cut].compactMap { $0?.count }.min() ?? 1
        return (narrowest - 1) / 2
    }

    /// The default hysteresis: 1/50 of the normal band, which is how much a healthy loop varies with temperature and
    /// noise.
    fileprivate var usualHysteresis: Int { min(max(1, normal.count / 50), mostHysteresis) }
}

extension PointConfiguration.Source {
    /// The configured range of real values; nil if none is configured.
    fileprivate var plausible: ClosedRange<Int>? {
        if case .modbus(let source) = self { source.plausible } else { nil }
    }

    fileprivate var canBeLoop: Bool {
        guard case .modbus(let source) = self else { return false }
        return source.table.isRegisters && source.bit == nil && source.active == .high
    }
}
