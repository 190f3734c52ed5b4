// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Selects a chip.
package enum GPIOChipSelector: Hashable, Sendable {
    case label(String)
    case path(String)
    /// The kernel's name, such as `gpiochip0`.
    case name(String)

    func matches(_ chip: borrowing GPIOChip) -> Bool {
        switch self {
        case .label(let label): chip.label == label
        case .path: true
        case .name(let name): chip.name == name
        }
    }
}

/// Why a chip was not found.
package enum GPIOChipSearchError: Error, Equatable {
    /// No chip matches; the labels of the chips that exist.
    case missing(labels: [String])
    /// This process may not open `path`. If a label is wanted, this may be the chip.
    case denied(path: String, group: String)
    /// Opening the matching chip failed in another way.
    case failed(path: String, GPIOError)
}

extension GPIOChip {
    /// Opens the chip that `selector` means; the lowest number if several have the label.
    ///
    /// - Parameter directory: where the device files are.
    /// - Throws: `GPIOChipSearchError`.
    package static func find(
        _ selector: GPIOChipSelector, in directory: String = "/dev"
    ) throws(GPIOChipSearchError) -> OpenChip {
        var labels: [String] = []
        var obstacle: GPIOChipSearchError?
        for path in candidates(for: selector, in: directory) {
            do throws(GPIOError) {
                let open = try OpenChip(path: path)
                if selector.matches(open.chip) { return open }
                labels.append(open.chip.label)
            } catch {
                // The chip went away after the listing: treat it as absent.
                if error.code == ENOENT || error.meansChipGone { continue }
                obstacle = obstacle ?? refusal(of: path, error)
            }
        }
        throw obstacle ?? .missing(labels: labels)
    }

    static func refusal(of path: String, _ error: GPIOError) -> GPIOChipSearchError {
        error.code == EACCES || error.code == EPERM
            ? .denied(path: path, group: groupName(of: path)) : .failed(path: path, error)
    }

    private static func candidates(for selector: GPIOChipSelector, in directory: String) -> [String] {
        switch selector {
        case .path(let path): [path]
        case .name(let name): ["\(directory)/\(name)"]
        case .label: paths(in: directory)
        }
    }

    /// The device files of chips, by number.
    static func paths(in directory: String) -> [String] {
        chipNumbers(in: directory).sorted().map { "\(directory)/gpiochip\($0)" }
    }

    private static func chipNumbers(in directory: String) -> [Int] {
        guard let listing = opendir(directory) else { return [] }
        defer { closedir(listing) }
        var numbers: [Int] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasPrefix("gpiochip"), let number = Int(name.dropFirst("gpiochip".count)) else { continue }
            numbers.append(number)
        }
        return numbers
    }

    /// The group that owns a file: its name, or its number if it has no name.
    private static func groupName(of path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "?" }
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        var text = [CChar](repeating: 0, count: 4096)
        getgrgid_r(status.st_gid, &entry, &text, text.count, &found)
        guard let found, let name = found.pointee.gr_name else { return String(status.st_gid) }
        return String(cString: name)
    }
}

/// Why a line cannot be requested.
package enum GPIOLineSearchError: Error, Equatable {
    /// No line has the name or offset; the names that the chip has.
    case missing(names: [String], lineCount: Int)
    case busy(consumer: String?)
    /// The caller itself holds the line under another name.
    case claimed
    /// The line is available, but not with the requested bias.
    case unbiased(GPIOBias, GPIOError)
    case failed(GPIOError)
}

/// Selects a line of a chip.
package enum GPIOLineSelector: Hashable, Sendable {
    case name(String)
    case offset(Int)
}

extension GPIOLineInfo {
    /// The free line of `lines` that `selector` means.
    ///
    /// - Parameters:
    ///   - lines: every line of the chip.
    ///   - claimed: the offsets that the caller holds or is about to hold.
    /// - Throws: `GPIOLineSearchError`: missing, busy or claimed.
    package static func find(
        _ selector: GPIOLineSelector, among lines: [GPIOLineInfo], claimed: Set<Int> = []
    ) throws(GPIOLineSearchError) -> GPIOLineInfo {
        let found = lines.first { line in
            switch selector {
            case .name(let name): line.name == name
            case .offset(let offset): line.offset == offset
            }
        }
        guard let found else { throw .missing(names: lines.compactMap(\.name), lineCount: lines.count) }
        guard !claimed.contains(found.offset) else { throw .claimed }
        guard !found.isUsed else { throw .busy(consumer: found.consumer) }
        return found
    }
}
