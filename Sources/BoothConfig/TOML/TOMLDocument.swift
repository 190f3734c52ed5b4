// SPDX-License-Identifier: Apache-2.0
import CTOML

/// The reason why a text is not TOML 1.0.
struct TOMLError: Error {
    var place: Place
    /// toml++'s text, in English.
    var description: String
}

/// A parsed document: an owned `ctoml_document`, freed with this value.
struct TOMLDocument: ~Copyable {
    private let raw: OpaquePointer

    /// - Throws: `TOMLError` at the first error.
    init(_ bytes: [UInt8]) throws(TOMLError) {
        try KeyDepth.check(bytes)
        var error = ctoml_error()
        let parsed = bytes.withUnsafeBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                // An empty array may have no address, but the parser needs one.
                text.baseAddress.map { ctoml_parse($0, text.count, &error) } ?? ctoml_parse("", 0, &error)
            }
        }
        guard let parsed else { throw TOMLError(error) }
        raw = parsed
    }

    deinit {
        ctoml_free(raw)
    }

    /// The root table; its position is the start of the file.
    func root() -> TOMLNode {
        TOMLNode(value: Self.value(of: ctoml_root(raw)), place: .start)
    }

    private static func node(_ raw: OpaquePointer) -> TOMLNode {
        TOMLNode(value: value(of: raw), place: Place(ctoml_place_of(raw)))
    }

    private static func value(of raw: OpaquePointer) -> TOMLValue {
        switch ctoml_kind_of(raw) {
        case CTOML_TABLE: .table(table(raw))
        case CTOML_ARRAY: .array((0..<ctoml_array_count(raw)).map { node(ctoml_array_element(raw, $0)) })
        case CTOML_STRING: .string(String(ctoml_string(raw)))
        case CTOML_INTEGER: .integer(ctoml_integer(raw))
        case CTOML_FLOAT: .float(ctoml_float(raw))
        case CTOML_BOOLEAN: .boolean(ctoml_boolean(raw))
        default: .date
        }
    }

    private static func table(_ raw: OpaquePointer) -> TOMLTable {
        var entries: [TOMLTable.Entry] = []
        withUnsafeMutablePointer(to: &entries) { entries in
            ctoml_table_visit(raw, entries) { context, key, keyPlace, value in
                context?.assumingMemoryBound(to: [TOMLTable.Entry].self).pointee.append(
                    TOMLTable.Entry(key: String(key), keyPlace: Place(keyPlace), node: TOMLDocument.node(value)))
            }
        }
        return TOMLTable(entries: entries.sorted { $0.keyPlace < $1.keyPlace })
    }
}

extension TOMLError {
    fileprivate init(_ error: ctoml_error) {
        let description = withUnsafeBytes(of: error.description) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        self.init(place: Place(error.place), description: description)
    }
}

extension Place {
    fileprivate init(_ place: ctoml_place) {
        self.init(line: max(1, Int(place.line)), column: max(1, Int(place.column)))
    }
}

extension String {
    fileprivate init(_ text: ctoml_text) {
        let bytes = UnsafeRawBufferPointer(start: text.bytes, count: text.length)
        self.init(decoding: bytes, as: UTF8.self)
    }
}
