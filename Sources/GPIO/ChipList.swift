// SPDX-License-Identifier: Apache-2.0
import Glibc

/// One device file of a GPIO chip, for listings of the whole machine.
package struct ListedChip: Sendable {
    /// The chip behind the file.
    package struct Chip: Sendable, Equatable {
        /// The kernel's name, such as `gpiochip0`.
        package var name: String
        /// The driver's name for it.
        package var label: String
        /// Every line, by offset.
        package var lines: [GPIOLineInfo]

        package init(name: String, label: String, lines: [GPIOLineInfo]) {
            self.name = name
            self.label = label
            self.lines = lines
        }
    }

    /// The device file.
    package var path: String
    /// The chip, or why it cannot be opened; never `.missing`.
    package var chip: Result<Chip, GPIOChipSearchError>

    package init(path: String, chip: Result<Chip, GPIOChipSearchError>) {
        self.path = path
        self.chip = chip
    }
}

extension GPIOChip {
    /// Every chip that has a device file in `directory`, by number. A chip that disappears meanwhile is left out.
    ///
    /// Opens each chip for a moment and holds no line, so it can run while an agent holds the lines.
    package static func list(in directory: String = "/dev") -> [ListedChip] {
        paths(in: directory).compactMap { path in
            do throws(GPIOError) {
                return ListedChip(path: path, chip: .success(try describe(path)))
            } catch {
                if error.code == ENOENT || error.meansChipGone { return nil }
                return ListedChip(path: path, chip: .failure(refusal(of: path, error)))
            }
        }
    }

    private static func describe(_ path: String) throws(GPIOError) -> ListedChip.Chip {
        let chip = try GPIOChip(path: path)
        return ListedChip.Chip(name: chip.name, label: chip.label, lines: try chip.lines())
    }
}
