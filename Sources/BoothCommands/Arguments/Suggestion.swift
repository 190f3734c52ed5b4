// SPDX-License-Identifier: Apache-2.0

/// What somebody may have meant.
enum Suggestion {
    /// The word nearest to `word`, by the letters to add, take away, change or swap; nil where none is near.
    static func nearest(to word: String, among known: [String]) -> String? {
        let best = known.map { (word: $0, distance: distance(Array(word), Array($0))) }.min { $0.distance < $1.distance }
        guard let best, best.distance <= max(1, word.count / 3) else { return nil }
        return best.word
    }

    /// Damerau and Levenshtein's distance, adjacent letters swapped at most once.
    static func distance(_ left: [Character], _ right: [Character]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var rows = [Array(0...right.count)]
        for row in 1...left.count {
            var next = [row]
            for column in 1...right.count {
                let changed = rows[row - 1][column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
                var least = min(changed, rows[row - 1][column] + 1, next[column - 1] + 1)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    least = min(least, rows[row - 2][column - 2] + 1)
                }
                next.append(least)
            }
            rows.append(next)
        }
        return rows[left.count][right.count]
    }
}
