// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport

/// The content of a disk after some operations, and what may remain of it after a power cut.
package struct Disk: Sendable {
    /// What a file system guarantees.
    package enum Manner: String, Sendable, CaseIterable {
        /// ext4 with `data=ordered`: any sync brings all names to disk; names reach the disk in order; a size never
        /// reaches the disk before the bytes that it covers.
        case ordered
        /// Names, sizes and bytes reach the disk in any order; a sector that was being written may hold anything.
        case harsh
        /// Like `ordered`, but syncs do nothing. No promise can be kept, so an attack must find problems here.
        case lying

        /// File systems that do what they promise.
        static let honest: [Manner] = [.ordered, .harsh]
    }

    let manner: Manner
    private var files: [Content] = []
    private var durableNames: [String: Int] = [:]
    /// Changes of names since the last sync.
    private var pendingNames: [Naming] = []
    /// Names as programs see them.
    private var names: [String: Int] = [:]

    private struct Content: Sendable {
        var durable: [UInt8] = []
        var pending: [Change] = []
        /// How many of the first changes in `pending` no later sync brings to disk.
        var stuck = 0

        mutating func sync() {
            var kept = pending.prefix(stuck)
            for change in pending.dropFirst(stuck) {
                change.apply(to: &durable)
                // Data that is written again replaces the stuck data.
                kept.removeAll { $0.isReplaced(by: change) }
            }
            pending = Array(kept)
            stuck = kept.count
        }
    }

    enum Change: Sendable {
        case write(offset: Int, bytes: [UInt8])
        case resize(Int)
    }

    private enum Naming: Sendable {
        case made(String, Int)
        case removed(String)
        case moved(String, Int, from: String)

        /// A rename changes both names or neither.
        var names: [String] {
            switch self {
            case .made(let name, _), .removed(let name): [name]
            case .moved(let name, _, let old): [name, old]
            }
        }
    }

    /// - Parameter image: the durable files, by name.
    package init(_ image: [String: [UInt8]] = [:], manner: Manner) {
        self.manner = manner
        for (name, bytes) in image.sorted(by: { $0.key < $1.key }) {
            durableNames[name] = files.count
            files.append(Content(durable: bytes))
        }
        names = durableNames
    }

    /// Applies one operation.
    package mutating func apply(_ operation: Operation) {
        switch operation.kind {
        case .note: return
        case .open:
            guard names[operation.name] == nil else { return }
            names[operation.name] = files.count
            pendingNames.append(.made(operation.name, files.count))
            files.append(Content())
        case .write(let offset, let bytes): change(operation.name, .write(offset: offset, bytes: bytes))
        case .truncate(let size): change(operation.name, .resize(size))
        case .sync, .directorySync:
            if manner == .lying { return }
            if case .directorySync = operation.kind { return syncNames() }
            guard let file = names[operation.name] else { return }
            files[file].sync()
            if manner == .ordered { syncNames() }
        case .syncFailed:
            guard let file = names[operation.name] else { return }
            files[file].stuck = files[file].pending.count
        case .delete:
            names[operation.name] = nil
            pendingNames.append(.removed(operation.name))
        case .rename(let new):
            guard let file = names.removeValue(forKey: operation.name) else { return }
            names[new] = file
            pendingNames.append(.moved(new, file, from: operation.name))
        }
    }

    private mutating func change(_ name: String, _ change: Change) {
        guard let file = names[name] else { return }
        files[file].pending.append(change)
    }

    private mutating func syncNames() {
        durableNames = names
        pendingNames = []
    }

    /// The files as a program sees them: everything written, synced or not.
    package func visible() -> [String: [UInt8]] {
        names.mapValues { file in
            var bytes = files[file].durable
            for change in files[file].pending { change.apply(to: &bytes) }
            return bytes
        }
    }

    /// One of the possible states of the files after a power cut, by name.
    package func afterPowerCut(_ random: inout SeededRandom) -> [String: [UInt8]] {
        var kept = durableNames
        // Ordered: the first part of the changes reaches the disk. Otherwise each change is decided separately; the
        // changes of one file stay in order.
        var arriving = manner == .ordered ? Int.random(in: 0...pendingNames.count, using: &random) : pendingNames.count
        var lost: Set<String> = []
        for naming in pendingNames {
            guard arriving > 0 else { break }
            arriving -= 1
            let isLost = naming.names.contains { lost.contains($0) }
            if manner == .harsh, isLost || Bool.random(using: &random) {
                lost.formUnion(naming.names)
                continue
            }
            switch naming {
            case .made(let name, let file): kept[name] = file
            case .removed(let name): kept[name] = nil
            case .moved(let name, let file, let old): (kept[name], kept[old]) = (file, nil)
            }
        }
        var image: [String: [UInt8]] = [:]
        // Sorted, so that the same seed gives the same image.
        for (name, file) in kept.sorted(by: { $0.key < $1.key }) {
            image[name] = content(of: files[file], &random)
        }
        return image
    }

    private func content(of file: Content, _ random: inout SeededRandom) -> [UInt8] {
        guard !file.pending.isEmpty else { return file.durable }
        var bytes = file.durable
        switch Int.random(in: 0..<8, using: &random) {
        case 0: break
        case 1: for change in file.pending { change.apply(to: &bytes) }
        case 2:
            let count = Int.random(in: 0...file.pending.count, using: &random)
            for change in file.pending.prefix(count) { change.apply(to: &bytes) }
        case 3: for change in file.pending where Bool.random(using: &random) { change.apply(to: &bytes) }
        default: bytes = TornContent(file.durable, file.pending).bytes(manner, &random)
        }
        return bytes
    }
}

extension Disk.Change {
    /// Whether `later` overwrites bytes of this write, or cuts them off.
    func isReplaced(by later: Disk.Change) -> Bool {
        guard case .write(let offset, let bytes) = self else { return true }
        switch later {
        case .write(let start, let written): return start < offset + bytes.count && offset < start + written.count
        case .resize(let size): return size < offset + bytes.count
        }
    }

    func apply(to bytes: inout [UInt8]) {
        switch self {
        case .write(let offset, let written):
            let end = offset + written.count
            if end > bytes.count { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
            bytes.replaceSubrange(offset..<end, with: written)
        case .resize(let size):
            if size < bytes.count {
                bytes.removeLast(bytes.count - size)
            } else {
                bytes += [UInt8](repeating: 0, count: size - bytes.count)
            }
        }
    }
}
