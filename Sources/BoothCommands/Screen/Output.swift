// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// What a command writes, gathered and written in as few calls as can be.
package final class Output {
    private let descriptor: CInt
    private var waiting: [UInt8] = []
    /// Whether the reader is gone, as `head` is after ten lines.
    package private(set) var isBroken = false

    /// - Parameter descriptor: open for writing as long as this lives; not closed by it.
    package init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// Whether a person reads along, and not a program or a file.
    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Takes `text` as it is, without a line feed; what waits is written at 64 KiB.
    package func write(_ text: String) {
        waiting.append(contentsOf: text.utf8)
        if waiting.count >= 65_536 { flush() }
    }

    /// Writes what waits. A reader that is gone is no failure: nobody wants the rest.
    package func flush() {
        defer { waiting = [] }
        guard !isBroken else { return }
        do { try waiting.withUnsafeBytes { try $0.write(to: descriptor) } } catch { isBroken = true }
    }
}
