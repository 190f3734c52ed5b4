// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The boards that are known by name: those that this program brings, and those of the boards.toml beside the
/// configuration file.
package struct BoardProfiles: Sendable {
    /// Each name once; the shipped ones first, else in the order of the files.
    package private(set) var all: [BoardProfile]

    /// What the file beside the configuration file is called.
    package static let fileName = "boards.toml"

    /// Those that this program brings, from the boards.toml that it was built with.
    package static let shipped: BoardProfiles = {
        let file = BoardFile(bytes: PackageResources.boards_toml, path: fileName)
        precondition(file.problems.isEmpty, "the shipped \(fileName) is wrong: \(file.problems)")
        return BoardProfiles(all: file.profiles)
    }()

    /// The profile of that name; nil where there is none.
    package subscript(name: String) -> BoardProfile? { all.first { $0.name == name } }

    /// The shipped profiles, with those of the boards.toml beside a configuration file over them.
    ///
    /// - Parameter configuration: the configuration file's path, as the user gave it; it need not exist.
    /// - Throws: `ConfigurationError` with every problem of that boards.toml; one that does not exist is none.
    package static func read(beside configuration: String) throws(ConfigurationError) -> BoardProfiles {
        let path = path(beside: configuration)
        guard let bytes = try ConfigurationFile.boardBytes(of: path) else { return shipped }
        let file = BoardFile(bytes: bytes, path: path)
        if !file.problems.isEmpty { throw ConfigurationError(file: path, problems: file.problems) }
        return shipped.overridden(by: file.profiles)
    }

    /// Where the boards.toml beside a configuration file is, named as the user named that.
    static func path(beside configuration: String) -> String {
        guard let slash = configuration.lastIndex(of: "/") else { return fileName }
        return String(configuration[...slash]) + fileName
    }

    /// These without those of `names`.
    func without(_ names: [String]) -> BoardProfiles {
        BoardProfiles(all: all.filter { !names.contains($0.name) })
    }

    /// These, with `profiles` in the place of those of the same names, or after them.
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
