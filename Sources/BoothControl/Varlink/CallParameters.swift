// SPDX-License-Identifier: Apache-2.0
import BoothModel

struct CallParameters {
    private let values: KeyedDecodingContainer<ParameterName>?
    private let isObject: Bool

    init(of call: KeyedDecodingContainer<ParameterName>) {
        let isAbsent = !call.contains("parameters") || (try? call.decodeNil(forKey: "parameters")) == true
        values = isAbsent ? nil : try? call.nestedContainer(keyedBy: ParameterName.self, forKey: "parameters")
        isObject = isAbsent || values != nil
    }

    /// Throws if there is a parameter that the method does not have, so that a misspelt one is not overlooked.
    func allow(_ names: Set<String>) throws(ControlError) {
        guard isObject else { throw .invalidParameter("parameters") }
        let foreign = values?.allKeys.map(\.stringValue).filter { !names.contains($0) }.min()
        if let foreign { throw .invalidParameter(foreign) }
    }

    func allow(_ names: Set<String>, _ call: ControlCall) throws(ControlError) -> ControlCall {
        try allow(names)
        return call
    }

    func string(_ name: ParameterName) throws(ControlError) -> String? {
        do { return try values?.decodeIfPresent(String.self, forKey: name) } catch {
            throw .invalidParameter(name.stringValue)
        }
    }

    func required(_ name: ParameterName) throws(ControlError) -> String {
        guard let value = try string(name) else { throw .invalidParameter(name.stringValue) }
        return value
    }

    func event(_ name: ParameterName) throws(ControlError) -> EventID? {
        guard let text = try string(name) else { return nil }
        guard let id = EventID(text) else { throw .invalidParameter(name.stringValue) }
        return id
    }

    func requiredEvent(_ name: ParameterName) throws(ControlError) -> EventID {
        guard let id = try event(name) else { throw .invalidParameter(name.stringValue) }
        return id
    }

    /// RFC 3339 with offset.
    func time(_ name: ParameterName) throws(ControlError) -> WallTime? {
        guard let text = try string(name) else { return nil }
        guard let time = WallTime(rfc3339: text) else { throw .invalidParameter(name.stringValue) }
        return time
    }

    /// `2026-11-21`.
    func date(_ name: ParameterName) throws(ControlError) -> CivilDate? {
        guard let text = try string(name) else { return nil }
        guard let date = CivilDate(fullDate: text) else { throw .invalidParameter(name.stringValue) }
        return date
    }

    func number(
        _ name: ParameterName, in range: ClosedRange<Int>, default fallback: Int? = nil
    ) throws(ControlError) -> Int {
        do {
            guard let value = try values?.decodeIfPresent(Int.self, forKey: name) ?? fallback, range.contains(value)
            else { throw ControlError.invalidParameter(name.stringValue) }
            return value
        } catch {
            throw .invalidParameter(name.stringValue)
        }
    }

    func bool(_ name: ParameterName) throws(ControlError) -> Bool? {
        do { return try values?.decodeIfPresent(Bool.self, forKey: name) } catch {
            throw .invalidParameter(name.stringValue)
        }
    }
}

struct ParameterName: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init(stringLiteral text: String) { stringValue = text }
    init?(intValue: Int) { nil }
}
