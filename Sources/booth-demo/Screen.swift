// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel

/// What the demo shows, in the reader's language.
struct Screen {
    let language = Language.ofEnvironment

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
        StandardStream.output.write(line: text)
    }
}
