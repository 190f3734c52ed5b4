// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A shared library that the agent would load, and its version.
///
/// Opened only for its version (dlopen(3)), so `boothctl` needs none of these libraries to run.
enum InstalledLibrary {
    /// How to ask a library for its version.
    enum Voice {
        /// A function without arguments that returns a string.
        case function(String)
        /// Three unsigned variables: major, minor, micro.
        case numbers(String, String, String)
    }

    /// The library's version; nil if it gives none.
    ///
    /// - Throws: `Absent` when it cannot be loaded.
    static func version(of name: String, _ voice: Voice) throws(Absent) -> String? {
        guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else { throw Absent(name: name) }
        defer { dlclose(library) }
        switch voice {
        case .function(let symbol):
            guard let address = dlsym(library, symbol) else { return nil }
            typealias Function = @convention(c) () -> UnsafePointer<CChar>?
            return unsafeBitCast(address, to: Function.self)().map { String(cString: $0) }
        case .numbers(let major, let minor, let micro):
            let numbers = [major, minor, micro].compactMap { (symbol: String) in
                dlsym(library, symbol)?.load(as: CUnsignedInt.self)
            }
            return numbers.count == 3 ? numbers.map(String.init).joined(separator: ".") : nil
        }
    }

    /// A library that is missing or incomplete.
    struct Absent: Error {
        var name: String
    }
}
