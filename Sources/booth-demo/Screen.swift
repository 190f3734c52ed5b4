// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel

/// The output of the demo, in the reader's language.
struct Screen {
    let language = Language.ofEnvironment
    /// The exit code if the day went well: 0, or 1 when a line could not be written.
    static var exitCode: CInt { output.exitCode }

    private static let output = LineOutput(program: "booth-demo")

    func title(_ zh: String, _ en: String) {
        write("\n── \(language == .chinese ? zh : en)")
    }

    func line(_ zh: String, _ en: String) {
        write("   " + (language == .chinese ? zh : en))
    }

    /// Shows lines of another program.
    func quote(_ lines: [String]) {
        for line in lines { write("   │ " + line) }
    }

    private func write(_ text: String) {
        Self.output.write(line: text)
    }
}
