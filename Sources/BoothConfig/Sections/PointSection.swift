// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `[[point]]`: the inputs and what they mean.
extension ConfigurationReader {
    func points(in file: TableReader, rules: RuleSettings) -> [PointConfiguration] {
        requireOne("point", in: file)
        var ids = ClaimedIDs()
        var count = 0
        return file.tables("point") { table in
            count += 1
            if count == Self.mostPoints + 1 { noteTooMany(at: table.place) }
            return point(in: table, rules: rules, ids: &ids)
        }
    }

    private func point(in table: TableReader, rules: RuleSettings, ids: inout ClaimedIDs) -> PointConfiguration? {
        let id = table.required("id", .id)
        if let id { ids.claim(id, by: table) }
        let kind: PointKind? = table.required("kind", .word)
        let name = table.optional("name", .name)
        let source = source(in: table, of: kind, owner: "point \"\(id ?? "?")\"")
        let debounce = table.value("debounce", .duration(atLeast: "0s", atMost: "1h"), default: source.debounce)
        let loop = loop(in: table, source: source)
        let classification = classification(of: kind, in: table)
        let rules = self.rules(of: kind, in: table, over: rules)
        guard let id, let kind, let source else { return nil }
        return PointConfiguration(
            id: PointID(rawValue: id), kind: kind, name: name, source: source, debounce: debounce, loop: loop,
            classification: classification, rules: rules)
    }

    /// The source: exactly one of `gpio` and `modbus`.
    private func source(
        in table: TableReader, of kind: PointKind?, owner: String
    ) -> PointConfiguration.Source? {
        let gpio = gpioSource(in: table, owner: owner)
        let modbus = modbusSource(in: table, of: kind)
        guard hasOneDevice(table) else { return nil }
        return gpio.map { .gpio($0) } ?? modbus.map { .modbus($0) }
    }

    /// Whether a point or output has exactly one of `gpio` and `modbus`; otherwise that is noted.
    func hasOneDevice(_ table: TableReader) -> Bool {
        switch (table.isPresent("gpio"), table.isPresent("modbus")) {
        case (true, true):
            let second = max(table.keyPlace("gpio"), table.keyPlace("modbus"))
            problems.note(
                at: second, zh: "同时有 \"gpio\" 和 \"modbus\"；只能保留一个", en: "both \"gpio\" and \"modbus\"; keep one of them"
            )
            return false
        case (false, false):
            problems.note(
                at: table.place, zh: "缺少 \"gpio\" 或 \"modbus\"；请写其中一个",
                en: "neither \"gpio\" nor \"modbus\"; write one of them")
            return false
        default: return true
        }
    }

    /// The default of the kind, changed by the point's own keys. A `contact` has no default and needs all three keys.
    private func classification(of kind: PointKind?, in table: TableReader) -> Classification? {
        let read: (String) -> Bool = { kind == .contact || table.isPresent($0) }
        let category = read("category") ? table.required("category", .id) : nil
        let incidentClass: IncidentClass? = read("class") ? table.required("class", .word) : nil
        let priority = read("priority") ? table.required("priority", .integer(1...4)) : nil
        if kind == .streetDoor { noteRecordOnly(in: table) }
        var classification = kind?.defaultClassification
        if kind == .mailDoor, category != nil || incidentClass != nil || priority != nil {
            // The incident that it raises when it is opened while nobody is in.
            classification = Classification(.mailTamper, .police, .fault)
        }
        if kind == .contact, let category, let incidentClass, let priority = priority.flatMap(Priority.init) {
            return Classification(Category(rawValue: category), incidentClass, priority)
        }
        if let category { classification?.category = Category(rawValue: category) }
        if let incidentClass { classification?.incidentClass = incidentClass }
        if let priority = priority.flatMap(Priority.init) { classification?.priority = priority }
        return classification
    }

    private func noteRecordOnly(in table: TableReader) {
        for key in ["category", "class", "priority"] where table.isPresent(key) {
            problems.note(
                at: table.keyPlace(key), zh: "street-door 只作记录，\"\(key)\" 没有意义；请删去，或改用 contact",
                en: "a street-door is a record only, \"\(key)\" means nothing; leave it out, or make it a contact")
        }
    }

    private func noteTooMany(at place: Place) {
        problems.note(
            at: place, zh: "点位超过 \(Self.mostPoints) 个；一个岗亭最多 \(Self.mostPoints) 个",
            en: "more than \(Self.mostPoints) points; a booth has \(Self.mostPoints) at most")
    }
}

extension PointConfiguration.Source? {
    /// The default debounce time of a level.
    fileprivate var debounce: Duration {
        if case .gpio = self { return PointConfiguration.defaultGPIODebounce }
        return PointConfiguration.defaultModbusDebounce
    }
}
