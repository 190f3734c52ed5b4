// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothCommands

@Suite struct TableTests {
    @Test("reckons two columns for a Chinese character and none for a mark", arguments: [
        ("help-1", 6), ("门口求助按钮", 12), ("（无）", 6), ("e\u{301}", 1), ("–", 1), ("한글", 4), ("𠮷", 2), ("", 0),
    ])
    func width(text: String, expected: Int) {
        #expect(text.displayWidth == expected)
    }

    @Test("aligns Chinese and Latin cells, numbers at the right")
    func alignment() {
        var table = Table(["点位", "名称", "原值", "自"], numbers: [2])
        table.add(["help-1", "门口求助按钮", "1", ""])
        table.add(["room-door", "door", "65535", "08:15"])
        #expect(
            table.text(indent: 2) == """
                  点位       名称           原值  自
                  help-1     门口求助按钮      1
                  room-door  door          65535  08:15

                """)
    }

    @Test("lets no control character reach the terminal")
    func control() {
        var table = Table(["A"])
        table.add(["\u{1B}[31mred\n\u{9B}2J"])
        #expect(table.text() == "A\n\u{FFFD}[31mred\u{FFFD}\u{FFFD}2J\n")
    }

    @Test("shows spans and sizes in units that a person reads", arguments: [
        (59, "59 s"), (61, "1 min"), (3 * 3600 + 120, "3 h 2 min"), (90_000, "1 d 1 h"),
    ])
    func spans(seconds: Int, expected: String) {
        let words = Words(language: .english)
        #expect(words.span(seconds: seconds) == expected)
        #expect(words.size(10_239) == "10239 B")
        #expect(words.size(256 << 20) == "256 MiB")
    }
}
