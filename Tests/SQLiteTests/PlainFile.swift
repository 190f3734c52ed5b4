// SPDX-License-Identifier: Apache-2.0
import Glibc
import SQLite
import Testing

/// Whole files, read and written past SQLite.
enum PlainFile {
    static func bytes(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "re"))
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: ftell(file))
        rewind(file)
        let count = fread(&bytes, 1, bytes.count, file)
        try #require(count == bytes.count)
        return bytes
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try #require(fopen(path, "we"))
        let count = fwrite(bytes, 1, bytes.count, file)
        let closed = fclose(file)
        try #require(count == bytes.count && closed == 0)
    }

    static func size(of path: String) throws -> Int {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return Int(status.st_size)
    }
}

/// What is in all rows of a database's tables, as one text each; for comparing.
func allRows(of connection: Connection) throws(SQLiteError) -> [String] {
    let tables = try connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .rows { $0.text(at: 0) }
    var rows: [String] = []
    for table in tables {
        let columns = try connection.prepare("SELECT name FROM pragma_table_info('\(table)')").rows { $0.text(at: 0) }
        let quoted = columns.map { "quote(\($0))" }.joined(separator: " || ',' || ")
        rows += try connection.prepare("SELECT \(quoted) FROM \(table) NOT INDEXED ORDER BY 1").rows { row in
            "\(table): \(row.text(at: 0))"
        }
    }
    return rows
}
