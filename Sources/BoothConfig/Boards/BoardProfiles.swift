// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The boards known by name: the shipped ones, and those in the boards.toml beside the configuration file.
package struct BoardProfiles: Sendable {
    /// Each name once; the shipped ones first, then in file order.
    package private(set) var all: [BoardProfile]

    /// The name of the file beside the configuration file.
    package static let fileName = "boards.toml"

    /// The profiles of the boards.toml that is built into this program.
    package static let shipped: BoardProfiles = {
        let file = BoardFile(bytes: PackageResources.boards_toml, path: fileName)
        precondition(file.problems.isEmpty, "the shipped \(fileName) is wrong: \(file.problems)")
        return BoardProfiles(all: file.profiles)
    }()

    /// The profile with that name; nil if there is none.
    package subscript(name: String) -> BoardProfile? { all.first { $0.name == name } }

    /// The shipped profiles, overridden by the boards.toml beside a configuration file.
    ///
    /// - Parameter configuration: the configuration file's path, as the user gave it; it need not exist.
    /// - Throws: `ConfigurationError` with all problems of that boards.toml. A missing file is no problem.
    package static func read(beside configuration: String) throws(ConfigurationError) -> BoardProfiles {
        let path = path(beside: configuration)
        guard let bytes = try ConfigurationFile.boardBytes(of: path) else { return shipped }
        let file = BoardFile(bytes: bytes, path: path)
        if !file.problems.isEmpty { throw ConfigurationError(file: path, problems: file.problems) }
        return shipped.overridden(by: file.profiles)
    }

    /// The path of the boards.toml beside a configuration file, in the same form as the user's path.
    static func path(beside configuration: String) -> String {
        guard let slash = configuration.lastIndex(of: "/") else { return fileName }
        return String(configuration[...slash]) + fileName
    }

    /// These profiles without those named.
    func without(_ names: [String]) -> BoardProfiles {
        BoardProfiles(all: all.filter { !names.contains($0.name) })
    }

    /// These profiles, with `profiles` replacing those of the same name or added at the end.
    func overridden(by profiles: [BoardProfile]) -> BoardProfiles {
        var all = all
        for profile in profiles {
            if let index = all.firstIndex(where: { $0.name == profile.name }) {
                all[index] = profile
            } else {
                all.append(profile)
            }
        }
        return BoardProfiles(all: all)
    }
}
