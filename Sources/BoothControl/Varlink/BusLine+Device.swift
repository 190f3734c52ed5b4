// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

extension BusLine {
    /// Whether both name the same line, also under different paths. A path that does not exist is compared as text.
    package func isSame(as other: BusLine) -> Bool {
        text == other.text || resolved == other.resolved
    }

    private var resolved: String {
        guard text.hasPrefix("/"), let path = realpath(text, nil) else { return text }
        defer { free(path) }
        return String(cString: path)
    }
}
