// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Finds the programs of this build and the files of this package.
package enum BuiltPrograms {
    /// The path of a program of this build: `boothd`, `booth-platform`.
    ///
    /// - Throws: `RehearsalError` when it has not been built.
    package static func path(of name: String) throws -> String {
        let path = "\(try directory())/\(name)"
        guard access(path, X_OK) == 0 else {
            throw RehearsalError("\(path) is not there or not executable; `swift build` makes it")
        }
        return path
    }

    /// The path of a file of this package: `scripts/make-certificates`.
    ///
    /// The package is the nearest directory above the running program, or above the working directory, that has a
    /// `Package.swift`.
    /// - Throws: `RehearsalError` when there is no such directory or no such file in it.
    package static func packageFile(_ name: String) throws -> String {
        for start in [try directory(), workingDirectory()] {
            guard let root = packageRoot(above: start) else { continue }
            let path = "\(root)/\(name)"
            guard access(path, R_OK) == 0 else { throw RehearsalError("\(path) cannot be read") }
            return path
        }
        throw RehearsalError("\(name): neither the program nor the working directory is inside the package")
    }

    private static func directory() throws -> String {
        guard let program = canonicalPath("/proc/self/exe") else { throw RehearsalError("/proc is not mounted") }
        return parent(of: program)
    }

    private static func workingDirectory() -> String {
        canonicalPath(".") ?? "/"
    }

    private static func packageRoot(above start: String) -> String? {
        var directory = start
        while !directory.isEmpty {
            if access("\(directory)/Package.swift", F_OK) == 0 { return directory }
            directory = parent(of: directory)
        }
        return nil
    }

    /// The parent directory of `path`; empty above the root.
    private static func parent(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    private static func canonicalPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
