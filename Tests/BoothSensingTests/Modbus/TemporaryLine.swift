// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A path in a folder of its own, removed with it.
final class TemporaryLine {
    private let folder: String
    var path: String { "\(folder)/line" }

    init() {
        var template = Array("/tmp/boothd-modbus-XXXXXX".utf8CString)
        folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    deinit {
        unlink(path)
        rmdir(folder)
    }
}
