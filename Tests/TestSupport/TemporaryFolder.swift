// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A folder of its own, removed with all that is in it when this value goes.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() {
        var template = Array("/tmp/boothd-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("mkdtemp: \(String(cString: strerror(errno)))") }
        path = String(cString: made)
    }

    deinit {
        nftw(path, { path, _, _, _ in path.map { remove($0) } ?? 0 }, 16, CInt(FTW_DEPTH.rawValue | FTW_PHYS.rawValue))
    }

    /// The path of a file in it, there or not.
    package func file(_ name: String) -> String { "\(path)/\(name)" }
}
