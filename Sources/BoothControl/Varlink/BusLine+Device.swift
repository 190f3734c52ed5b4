// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

extension BusLine {
    /// Whether it is the same line, by whichever of its names; what is not there is known by its name alone.
    package func isSame(as other: BusLine) -> Bool {
        text == other.text || resolved == other.resolved
    }

    private var resolved: String {
        guard text.hasPrefix("/"), let path = realpath(text, nil) else { return text }
        defer { free(path) }
        return String(cString: path)
    }
}
