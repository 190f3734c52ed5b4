// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothConfig

@Suite struct SuggestionTests {
    @Test(
        "finds the word that was meant",
        arguments: [("pol", "poll"), ("debuonce", "debounce"), ("Unit", "unit"), ("time_zone", "time-zone")])
    func meant(word: String, expected: String) {
        #expect(Suggestion.closest(to: word, among: ["poll", "debounce", "unit", "time-zone", "table"]) == expected)
    }

    @Test("suggests nothing for a word that resembles none")
    func nothing() {
        #expect(Suggestion.closest(to: "entirely-else", among: ["poll", "unit"]) == nil)
        #expect(Suggestion.message(for: "entirely-else", among: ["poll", "unit"]).en == "there are: poll, unit")
    }

    @Test(
        "knows how far words are apart",
        arguments: [
            ("status", "status", 0), ("stauts", "status", 1), ("statu", "status", 1), ("", "abc", 3),
            ("queue", "points", 6),
        ])
    func distance(left: String, right: String, expected: Int) {
        #expect(Suggestion.distance(left, right) == expected)
    }
}
