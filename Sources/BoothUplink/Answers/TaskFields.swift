// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Why a task cannot be read, in English, for the platform's engineer.
struct MalformedTask: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}

/// The fields of one task, each with its type and range; `null` counts as absent.
struct TaskFields {
    enum Key: String, CodingKey {
        case id, kind, expires, receipts, incident, state, ticket, note, `class`, until, output, on
        case span = "for"
    }

    private let object: KeyedDecodingContainer<Key>

    init(_ object: KeyedDecodingContainer<Key>) {
        self.object = object
    }

    /// A text on one line.
    ///
    /// - Parameter longest: the most Unicode scalars.
    /// - Returns: nil if it is absent or empty.
    func text(_ key: Key, longest: Int) throws(MalformedTask) -> String? {
        guard let text: String = try value(key, "a string"), !text.isEmpty else { return nil }
        guard text.unicodeScalars.count <= longest else {
            throw MalformedTask("\(key.rawValue) is longer than \(longest) characters")
        }
        guard text.unicodeScalars.allSatisfy(\.isPrintable) else {
            throw MalformedTask("\(key.rawValue) has characters that cannot be printed")
        }
        return text
    }

    /// A text that may have several lines; line ends become spaces.
    func lines(_ key: Key, longest: Int) throws(MalformedTask) -> String? {
        guard let text: String = try value(key, "a string") else { return nil }
        guard text.unicodeScalars.count <= longest else {
            throw MalformedTask("\(key.rawValue) is longer than \(longest) characters")
        }
        let words = text.split { $0.isNewline || $0 == "\t" || $0 == " " }
        guard words.joined().unicodeScalars.allSatisfy(\.isPrintable) else {
            throw MalformedTask("\(key.rawValue) has control characters")
        }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    func incident() throws(MalformedTask) -> EventID {
        guard let text = try text(.incident, longest: 36), let id = EventID(text) else {
            throw MalformedTask("incident must be an incident's id, a UUID")
        }
        return id
    }

    /// One of the words of an enumeration.
    func word<Word: RawRepresentable<String>>(_ key: Key, _ words: [Word]) throws(MalformedTask) -> Word {
        let list = words.map(\.rawValue).joined(separator: ", ")
        guard let text = try text(key, longest: 64), let word = words.first(where: { $0.rawValue == text }) else {
            throw MalformedTask("\(key.rawValue) must be one of \(list)")
        }
        return word
    }

    func instant(_ key: Key) throws(MalformedTask) -> WallTime? {
        guard let text: String = try value(key, "a string") else { return nil }
        guard let instant = WallTime(rfc3339: text) else {
            throw MalformedTask("\(key.rawValue) must be a time with an offset, as RFC 3339 has it")
        }
        return instant
    }

    func flag(_ key: Key) throws(MalformedTask) -> Bool {
        guard let flag: Bool = try value(key, "true or false") else {
            throw MalformedTask("\(key.rawValue) must be true or false")
        }
        return flag
    }

    /// `30s`, or a whole number of seconds; more than 0, 100 years at most.
    func span(_ key: Key) throws(MalformedTask) -> Duration? {
        if let isAbsent = try? object.decodeNil(forKey: key), isAbsent { return nil }
        guard object.contains(key) else { return nil }
        let span =
            if let seconds = try? object.decode(Int.self, forKey: key) { Duration(notation: "\(seconds)s") } else {
                (try? object.decode(String.self, forKey: key)).flatMap(Duration.init(notation:))
            }
        guard let span, span > .zero else {
            throw MalformedTask("\(key.rawValue) must be a duration such as \"30s\", or whole seconds; more than 0")
        }
        return span
    }

    /// The receipts that can be read, one for each event.
    func receipts() throws(MalformedTask) -> [Receipt] {
        guard let items: [ReceiptItem] = try value(.receipts, "a list") else {
            throw MalformedTask("receipts must be a list")
        }
        var known: Set<EventID> = []
        return items.compactMap(\.receipt).filter { known.insert($0.id).inserted }
    }

    private func value<Value: Decodable>(_ key: Key, _ form: String) throws(MalformedTask) -> Value? {
        do {
            return try object.decodeIfPresent(Value.self, forKey: key)
        } catch {
            throw MalformedTask("\(key.rawValue) must be \(form)")
        }
    }
}

extension Unicode.Scalar {
    /// Whether it is a visible character or a space.
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
