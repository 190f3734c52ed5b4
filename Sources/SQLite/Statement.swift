// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// A prepared statement. It is compiled once, used many times and finalised with this value.
///
/// It is prepared for long use (`SQLITE_PREPARE_PERSISTENT`), and keeps its connection open.
package final class Statement {
    private let raw: OpaquePointer
    private let connection: Connection

    /// - Throws: `SQLiteError` if `sql` is wrong, or has no statement.
    init(_ sql: String, on connection: Connection) throws(SQLiteError) {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection.raw, sql, -1, CUnsignedInt(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK else { throw SQLiteError(.prepare, code, of: connection.raw) }
        guard let prepared else {
            throw SQLiteError(.prepare, extendedCode: SQLITE_MISUSE, message: "no statement in \"\(sql)\"")
        }
        raw = prepared
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(raw)
    }

    // MARK: Parameters, counted from 1

    /// Sets a parameter to a 64-bit integer.
    ///
    /// - Parameter index: the parameter's, from 1. The value stays until it is set again.
    /// - Throws: `SQLiteError`: `SQLITE_RANGE` for an index beyond the last, `SQLITE_MISUSE` during a run.
    package func bind(_ value: Int64, at index: Int) throws(SQLiteError) {
        try check(sqlite3_bind_int64(raw, CInt(index), value))
    }

    /// Sets a parameter to a number; NaN becomes NULL. Index and errors as for an integer.
    package func bind(_ value: Double, at index: Int) throws(SQLiteError) {
        try check(sqlite3_bind_double(raw, CInt(index), value))
    }

    /// Sets a parameter to a text, which SQLite copies. Index as for an integer; throws `SQLITE_TOOBIG` as well.
    package func bind(_ value: String, at index: Int) throws(SQLiteError) {
        var text = value
        try check(text.withUTF8 { csqlite_bind_text(raw, CInt(index), $0.baseAddress, CInt($0.count)) })
    }

    /// Sets a parameter to a blob, which SQLite copies. Index as for an integer; throws `SQLITE_TOOBIG` as well.
    package func bind(_ value: [UInt8], at index: Int) throws(SQLiteError) {
        try check(value.withUnsafeBytes { csqlite_bind_blob(raw, CInt(index), $0.baseAddress, CInt($0.count)) })
    }

    /// Sets a parameter to NULL. Index and errors as for an integer.
    package func bindNull(at index: Int) throws(SQLiteError) {
        try check(sqlite3_bind_null(raw, CInt(index)))
    }

    /// Sets a parameter to `value`. Index and errors as for its kind.
    package func bind(_ value: Value, at index: Int) throws(SQLiteError) {
        switch value {
        case .null: try bindNull(at: index)
        case .integer(let number): try bind(number, at: index)
        case .real(let number): try bind(number, at: index)
        case .text(let text): try bind(text, at: index)
        case .blob(let bytes): try bind(bytes, at: index)
        }
    }

    private func check(_ code: CInt) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw SQLiteError(.bind, code, of: connection.raw) }
    }

    // MARK: Running

    /// Steps to the next row.
    ///
    /// - Returns: whether there is one. Its columns can be read until the next step or reset.
    /// - Throws: `SQLiteError`; the statement is then reset and can be used again.
    @discardableResult
    package func step() throws(SQLiteError) -> Bool {
        let code = sqlite3_step(raw)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        let error = SQLiteError(.step, code, of: connection.raw)
        reset()
        throw error
    }

    /// Resets the statement and its parameters, and ends its open read.
    package func reset() {
        // Both calls only repeat an error that `step` has thrown already.
        sqlite3_reset(raw)
        sqlite3_clear_bindings(raw)
    }

    /// Binds all parameters, runs to the end, and resets.
    package func run(_ values: Value...) throws(SQLiteError) {
        try each(of: values) { _ throws(SQLiteError) in }
    }

    /// Binds all parameters, makes a value of each row, and resets.
    package func rows<Row>(
        _ values: Value..., read: (Statement) throws(SQLiteError) -> Row
    ) throws(SQLiteError) -> [Row] {
        var rows: [Row] = []
        try each(of: values) { statement throws(SQLiteError) in rows.append(try read(statement)) }
        return rows
    }

    /// Binds all parameters, makes a value of the first row, and resets; nil if there is no row.
    package func first<Row>(
        _ values: Value..., read: (Statement) throws(SQLiteError) -> Row
    ) throws(SQLiteError) -> Row? {
        defer { reset() }
        try bind(values)
        return try step() ? try read(self) : nil
    }

    private func each(
        of values: [Value], _ body: (Statement) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        defer { reset() }
        try bind(values)
        while try step() { try body(self) }
    }

    private func bind(_ values: [Value]) throws(SQLiteError) {
        for (position, value) in values.enumerated() { try bind(value, at: position + 1) }
    }

    // MARK: Columns of the row, counted from 0

    /// Whether the row has NULL in a column, counted from 0.
    package func isNull(at column: Int) -> Bool { sqlite3_column_type(raw, CInt(column)) == SQLITE_NULL }

    /// 0 for NULL.
    package func integer(at column: Int) -> Int64 { sqlite3_column_int64(raw, CInt(column)) }

    /// nil for NULL.
    package func optionalInteger(at column: Int) -> Int64? { isNull(at: column) ? nil : integer(at: column) }

    /// 0 for NULL.
    package func real(at column: Int) -> Double { sqlite3_column_double(raw, CInt(column)) }

    /// The empty text for NULL.
    package func text(at column: Int) -> String { optionalText(at: column) ?? "" }

    /// nil for NULL.
    package func optionalText(at column: Int) -> String? {
        // Ask for the text before its length, because this may convert the value (sqlite.org/c3ref/column_blob.html).
        guard let bytes = sqlite3_column_text(raw, CInt(column)) else { return nil }
        let length = Int(sqlite3_column_bytes(raw, CInt(column)))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self)
    }

    /// Empty for NULL.
    package func blob(at column: Int) -> [UInt8] {
        let bytes = sqlite3_column_blob(raw, CInt(column))
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(raw, CInt(column)))))
    }
}
