// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A shared library that the agent would load, asked for its version.
///
/// Opened for that alone (dlopen(3)), so that `boothctl` itself needs none of them to run.
enum InstalledLibrary {
    /// How a library tells its version.
    enum Voice {
        /// A function without arguments that returns a text.
        case function(String)
        /// Three unsigned numbers: major, minor, micro.
        case numbers(String, String, String)
    }

    /// What the library says; nil where it says nothing.
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

    /// A library that is not there, or not whole.
    struct Absent: Error {
        var name: String
    }
}
