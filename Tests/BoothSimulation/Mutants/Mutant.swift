// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// One fault that is planted in the agent to see whether the simulation finds it: a piece of source, and what it becomes.
package struct Mutant: Sendable {
    /// One word for the command line.
    package let name: String
    /// What goes wrong with it.
    package let harm: String
    /// Below the top folder.
    package let file: String
    /// Occurs once.
    package let old: String
    package let new: String

    /// Why a mutant cannot be planted.
    package struct PlantingError: Error, CustomStringConvertible {
        package let description: String
    }

    /// Plants it in a copy of the sources.
    ///
    /// - Parameter folder: the copy's top folder.
    /// - Throws: where the file is not there, or its text is not once in it: the sources have changed since.
    package func plant(in folder: String) throws {
        let path = "\(folder)/\(file)"
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw PlantingError(description: "\(name): there is no \(path)")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: old, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw PlantingError(
                description: "\(name): its text is \(parts.count - 1) times in \(file), and has to be once")
        }
        try Data(parts.joined(separator: new).utf8).write(to: URL(filePath: path))
    }
}
