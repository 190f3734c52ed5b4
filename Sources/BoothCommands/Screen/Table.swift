// SPDX-License-Identifier: Apache-2.0

/// A table for people: columns separated by two spaces, each as wide as its widest cell.
package struct Table {
    private let header: [String]
    private var rows: [[String]] = []
    /// Columns with numbers, which are aligned right.
    private let numbers: Set<Int>

    /// - Parameter numbers: the indices of number columns.
    package init(_ header: [String], numbers: Set<Int> = []) {
        self.header = header
        self.numbers = numbers
    }

    /// - Parameter row: as many cells as the header has.
    package mutating func add(_ row: [String]) {
        rows.append(row.map(\.printable))
    }

    /// The header and the rows, each with a line feed, without trailing spaces.
    ///
    /// - Parameter indent: spaces before each line.
    package func text(indent: Int = 0) -> String {
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].displayWidth }.max() ?? 0
        }
        return ([header] + rows).map { line($0, widths, indent) }.joined()
    }

    private func line(_ row: [String], _ widths: [Int], _ indent: Int) -> String {
        let cells = row.indices.map { column in
            let missing = String(repeating: " ", count: widths[column] - row[column].displayWidth)
            return numbers.contains(column) ? missing + row[column] : row[column] + missing
        }
        var line = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }
}
