// SPDX-License-Identifier: Apache-2.0

extension TOMLError {
    /// The same error at the second of two equal keys. toml++ points at its value instead.
    func pointingAtKey(in text: String) -> TOMLError {
        guard description.contains("key-value pair: cannot redefine") else { return self }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(place.line - 1) else { return self }
        // Use scalars, because toml++ counts them.
        let before = Array(lines[place.line - 1].unicodeScalars.prefix(place.column - 1))
        guard let equals = before.lastIndex(of: "=") else { return self }
        guard let keyEnd = before[..<equals].lastIndex(where: { $0 != " " && $0 != "\t" }) else { return self }
        let beforeKey = before[..<keyEnd].lastIndex { " \t,{".unicodeScalars.contains($0) }
        var moved = self
        moved.place.column = (beforeKey.map { $0 + 1 } ?? 0) + 1
        return moved
    }
}
