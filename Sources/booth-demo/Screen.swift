// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel

/// What the demo shows, in the reader's language.
struct Screen {
    let language = Language.ofEnvironment
    /// How the program ends where the day went well: 0, or 1 when something could not be shown.
    static var exitCode: CInt { output.exitCode }

    private static let output = LineOutput(program: "booth-demo")

    func title(_ zh: String, _ en: String) {
        write("\n── \(language == .chinese ? zh : en)")
    }

    func line(_ zh: String, _ en: String) {
        write("   " + (language == .chinese ? zh : en))
    }

    /// Another program's own words.
    func quote(_ lines: [String]) {
        for line in lines { write("   │ " + line) }
    }

    private func write(_ text: String) {
        Self.output.write(line: text)
    }
}
