// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// The folder of the sources that the tests were built from, without a slash at the end.
package let sourceFolder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

/// A file of the sources as text, by its path from their folder.
package func source(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: "\(sourceFolder)/\(path)")), as: UTF8.self)
}
