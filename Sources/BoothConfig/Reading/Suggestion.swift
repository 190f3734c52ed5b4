// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What somebody meant who wrote a word that does not exist, in a file or to a command.
package enum Suggestion {
    /// The known word closest to `word`, the first of several; nil where none is close: a third of its letters, and two
    /// of a short word, may be wrong.
    package static func closest(to word: String, among known: [String]) -> String? {
        let nearest = known.map { (word: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
        guard let nearest, nearest.distance <= max(2, nearest.word.count / 3) else { return nil }
        return nearest.distance < nearest.word.count ? nearest.word : nil
    }

    /// The half of a message after the semicolon: the closest word, or all of them.
    static func message(for word: String, among known: [String]) -> Message {
        if let closest = closest(to: word, among: known) {
            return Message(zh: "是不是 \"\(closest)\"？", en: "did you mean \"\(closest)\"?")
        }
        return Message(
            zh: "可用的有：\(known.joined(separator: "、"))", en: "there are: \(known.joined(separator: ", "))")
    }

    /// Letters to insert, delete or replace, or neighbours to swap, to make one word of the other, case apart
    /// (optimal string alignment).
    static func distance(_ left: String, _ right: String) -> Int {
        // A key of a hostile file may be a megabyte long; what is longer than any word is far from all of them.
        let left = Array(left.lowercased().utf8.prefix(64))
        let right = Array(right.lowercased().utf8.prefix(64))
        var rows = [Array(0...right.count)]
        for row in 1..<(left.count + 1) {
            var current = [row]
            for column in 1..<(right.count + 1) {
                let isSame = left[row - 1] == right[column - 1]
                var least = min(
                    rows[row - 1][column] + 1, current[column - 1] + 1, rows[row - 1][column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    least = min(least, rows[row - 2][column - 2] + 1)
                }
                current.append(least)
            }
            rows.append(current)
        }
        return rows[left.count][right.count]
    }
}
