// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Suggests a known word for an unknown one, in a file or a command.
package enum Suggestion {
    /// The known word closest to `word`, the first if several are equally close; nil if none is close. A third of its
    /// letters may be wrong, or two letters of a short word.
    package static func closest(to word: String, among known: [String]) -> String? {
        let nearest = known.map { (word: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
        guard let nearest, nearest.distance <= max(2, nearest.word.count / 3) else { return nil }
        return nearest.distance < nearest.word.count ? nearest.word : nil
    }

    /// The part of a message after the semicolon: the closest word, or all words.
    static func message(for word: String, among known: [String]) -> Message {
        if let closest = closest(to: word, among: known) {
            return Message(zh: "是不是 \"\(closest)\"？", en: "did you mean \"\(closest)\"?")
        }
        return Message(
            zh: "可用的有：\(known.joined(separator: "、"))", en: "there are: \(known.joined(separator: ", "))")
    }

    /// The number of letters to insert, delete, replace or swap with a neighbour to turn one word into the other,
    /// ignoring case (optimal string alignment).
    static func distance(_ left: String, _ right: String) -> Int {
        // A key in a hostile file may be a megabyte long. 64 bytes are enough: longer than any known word.
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
