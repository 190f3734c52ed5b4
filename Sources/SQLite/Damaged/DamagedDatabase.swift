// SPDX-License-Identifier: Apache-2.0

/// Reads what is left in a damaged database, without SQLite.
///
/// Only verified pages are read: pages of the file whose checksum is right (`CheckedPages`), and frames of the log
/// whose checksum is right (`LogFrames`). Nothing is written. The files may be absent, cut or full of anything;
/// unreadable parts are skipped and counted. Memory grows by some bits for each page and by some bytes for each frame
/// and each long record. A record is passed on at once.
package final class DamagedDatabase {
    /// A row as stored in a page.
    package struct Record: Sendable, Equatable {
        /// nil for a row of an index or of a table WITHOUT ROWID.
        package var rowid: Int64?
        /// In storage order: a table WITHOUT ROWID begins with its primary key. An INTEGER PRIMARY KEY is NULL here,
        /// because it is the row number. In a REAL column, a whole number may be an integer.
        package var values: [Value]
        /// The page from which it was read.
        package var page: UInt32
        /// Whether the walked tree leads to it. If not, the row may have been deleted or changed since.
        package var isReachable: Bool
        /// Whether no newer image of its page is known, right or damaged. Images of unfinished transactions do not
        /// count.
        package var isNewest: Bool
        /// Whether the log has the end of the transaction that wrote it. If not, it may never have been acknowledged.
        package var isCommitted: Bool
        /// Whether all its bytes certainly belong together. A long record continues in overflow pages. If such a page
        /// may be of another time than the record's own page, it may hold bytes of another record.
        package var isCertain: Bool
    }

    /// The result of walking a tree.
    package struct TreeState: Sendable, Equatable {
        /// Number of records passed on.
        package var records = 0
        /// Pages without a verified image, or that cannot be part of this tree; everything below them is missing.
        package var damagedSubtrees = 0
        /// Records that were skipped because a part of them is missing.
        package var lostRecords = 0

        /// Pages of which only an older image could be read.
        package var olderPages = 0

        /// Whether nothing was missing, as far as the tree shows.
        package var isWhole: Bool { damagedSubtrees == 0 && lostRecords == 0 && olderPages == 0 }
    }

    private let images: PageImages
    /// Pages whose newest image was read by a walk.
    private var reached: PageSet
    private var walkedRoots: Set<UInt32> = []
    private var page: [UInt8]
    private var schema: [SchemaEntry]?
    /// Fingerprints of all cells in the file with overflow pages; computed at first use.
    private var cellsInFile: Set<Int>?

    /// Verifies all pages of the file and all frames of the log.
    ///
    /// - Parameters:
    ///   - database: the path of the file.
    ///   - log: the path of the log beside it.
    ///   - pageSize: a power of two from 512 to 65536.
    ///   - reserved: the bytes reserved in each page. With fewer than 8 there are no checksums, and the file's pages
    ///     are trusted.
    /// - Throws: `SQLiteError` if one of the files exists and cannot be opened.
    package init(
        database: String, log: String, pageSize: Int = 512, reserved: Int = CheckedPages.reservedBytes
    ) throws(SQLiteError) {
        precondition((512...65536).contains(pageSize) && pageSize.nonzeroBitCount == 1)
        precondition((0...255).contains(reserved) && pageSize - reserved >= 480)
        images = try PageImages(database: database, log: log, pageSize: pageSize, reserved: reserved)
        reached = PageSet(upTo: Int(images.highestPage))
        page = [UInt8](repeating: 0, count: pageSize)
    }

    /// Pages of the file that could not be verified; the log may have an image of some of them.
    package var damagedPages: Int { images.damagedInFile }
    /// Frames of the log that could not be verified, up to the last verified one.
    package var damagedFrames: Int { images.log.states.count { $0 != .right } }
    /// Whether the log has frames of an unfinished transaction at its end.
    package var hasUnfinishedTransaction: Bool { images.log.lastCommit < images.log.count - 1 }

    // MARK: Trees

    /// Passes on the records of the tree at `root` in its order, as they were after the last complete transaction.
    ///
    /// The tree is a table, a table WITHOUT ROWID, or an index.
    @discardableResult
    package func records(ofTree root: UInt32, _ body: (Record) -> Void) -> TreeState {
        var walk = Walk(seen: PageSet(upTo: Int(images.highestPage)))
        walkedRoots.insert(root)
        visit(root, in: &walk, keys: .min ... .max, depth: 0, body)
        return walk.state
    }

    private struct Walk {
        var state = TreeState()
        var seen: PageSet
        var isTable: Bool?
    }

    private func visit(
        _ number: UInt32, in walk: inout Walk, keys: ClosedRange<Int64>, depth: Int, _ body: (Record) -> Void
    ) {
        // SQLite's own limit (BTCURSOR_MAX_DEPTH).
        guard depth < 20, number >= 1, number <= images.highestPage, !walk.seen.contains(number),
            let image = images.newest(of: number), images.read(number, from: image.source, into: &page),
            let tree = BTreePage(page, number: number, usableSize: images.usableSize),
            walk.isTable == nil || walk.isTable == tree.kind.isTable
        else {
            walk.state.damagedSubtrees += 1
            return
        }
        walk.seen.insert(number)
        walk.isTable = tree.kind.isTable
        reached.insert(number)
        var leaf = Leaf(number, tree, image.source, moment: images.log.lastCommit)
        leaf.isNewest = image.isNewest
        if !image.isNewest { walk.state.olderPages += 1 }
        // An image that is not the newest is read together with overflow pages of the same time.
        if !image.isNewest { leaf.moment = moment(of: image.source) }

        var low = keys.lowerBound
        for index in 0..<tree.cellCount {
            guard let cell = tree.cell(index) else {
                walk.state.lostRecords += 1
                continue
            }
            if cell.child != 0 {
                let high = tree.kind.isTable ? max(low, min(cell.key, keys.upperBound)) : keys.upperBound
                visit(cell.child, in: &walk, keys: low...high, depth: depth + 1, body)
                if tree.kind.isTable { low = high }
            }
            guard cell.payloadSize != nil else { continue }
            // An older image of a page may still have rows that were moved to another page since.
            leaf.isReachable = !tree.kind.isTable || keys.contains(cell.key)
            give(cell, of: leaf, &walk.state, body)
        }
        if !tree.kind.isLeaf { visit(tree.rightChild, in: &walk, keys: low...keys.upperBound, depth: depth + 1, body) }
    }

    // MARK: Records

    /// A page with records, and the source of its image.
    private struct Leaf {
        let number: UInt32
        let tree: BTreePage
        let source: PageImages.Source
        /// The last frame that was written when the image was in use; -1 before the first.
        var moment: Int
        var isReachable = false
        var isNewest = true
        var isCommitted = true

        init(_ number: UInt32, _ tree: BTreePage, _ source: PageImages.Source, moment: Int) {
            self.number = number
            self.tree = tree
            self.source = source
            self.moment = moment
        }
    }

    private func moment(of source: PageImages.Source) -> Int {
        switch source {
        case .file: -1
        case .frame(let index): Int(images.log.commitEnds[index])
        }
    }

    private func give(_ cell: BTreePage.Cell, of leaf: Leaf, _ state: inout TreeState, _ body: (Record) -> Void) {
        var isCertain = true
        guard let bytes = payload(of: cell, in: leaf, &isCertain), let values = RecordFormat.values(of: bytes) else {
            state.lostRecords += 1
            return
        }
        state.records += 1
        body(
            Record(
                rowid: leaf.tree.kind.isTable ? cell.key : nil, values: values, page: leaf.number,
                isReachable: leaf.isReachable, isNewest: leaf.isNewest, isCommitted: leaf.isCommitted,
                isCertain: isCertain))
    }

    /// All bytes of a record; nil if a part of it is missing.
    private func payload(of cell: BTreePage.Cell, in leaf: Leaf, _ isCertain: inout Bool) -> [UInt8]? {
        guard let size = cell.payloadSize else { return nil }
        var bytes = Array(leaf.tree.local(cell))
        let room = images.usableSize - 4
        // These files have no longer chain, and this also stops a chain that runs in a circle.
        guard (size - bytes.count) / room <= images.filePages + images.log.count else { return nil }
        bytes.reserveCapacity(size)
        var next = cell.overflow
        while bytes.count < size {
            let found = images.overflow(next, leaf: leaf.source, moment: leaf.moment) { hasSameCellInFile(cell, leaf) }
            guard next >= 1, let found, images.read(next, from: found.source, into: &page) else { return nil }
            if !found.isCertain { isCertain = false }
            bytes += page[4..<4 + min(room, size - bytes.count)]
            next = BTreePage.number(page, at: 0)
        }
        // The last page of a chain has 0 as its next page.
        return next == 0 || cell.overflow == 0 ? bytes : nil
    }

    /// Whether any page of the file has the same cell. Then the row is older than the log, and its page is in the log
    /// only because another row changed. So the overflow pages in the file belong to this row.
    private func hasSameCellInFile(_ cell: BTreePage.Cell, _ leaf: Leaf) -> Bool {
        if cellsInFile == nil {
            var cells: Set<Int> = []
            for number in 1..<UInt32(images.filePages + 1) where images.read(number, from: .file, into: &page) {
                guard let tree = BTreePage(page, number: number, usableSize: images.usableSize) else { continue }
                for index in 0..<tree.cellCount {
                    guard let cell = tree.cell(index), cell.overflow != 0 else { continue }
                    cells.insert(tree.fingerprint(of: cell))
                }
            }
            cellsInFile = cells
        }
        return cellsInFile?.contains(leaf.tree.fingerprint(of: cell)) ?? false
    }

    // MARK: Strays

    /// Passes on records of all images that no walk has read, newest image first: pages that no tree leads to, and
    /// older images of pages that were read. Call it after the walks.
    ///
    /// Free pages and indexes are skipped, as far as the schema and the free list can be read.
    @discardableResult
    package func strayRecords(_ body: (Record) -> Void) -> TreeState {
        for entry in readSchema() where entry.kind == "index" && !walkedRoots.contains(entry.root) {
            records(ofTree: entry.root) { _ in }
        }
        let free = freePages()
        var state = TreeState()
        let log = images.log
        for index in (0..<log.count).reversed() where log.states[index] == .right {
            giveStray(log.pages[index], from: .frame(index), free, &state, body)
        }
        for number in 1..<UInt32(images.filePages + 1) where images.isRightInFile(number) {
            giveStray(number, from: .file, free, &state, body)
        }
        return state
    }

    private func giveStray(
        _ number: UInt32, from source: PageImages.Source, _ free: PageSet, _ state: inout TreeState,
        _ body: (Record) -> Void
    ) {
        let newest = images.newest(of: number)
        let isNewest = newest.map { $0.source == source } ?? false
        if free.contains(number) || (isNewest && reached.contains(number)) { return }
        if case .frame(let index) = source, isReplaced(index) { return }
        guard images.read(number, from: source, into: &page),
            let tree = BTreePage(page, number: number, usableSize: images.usableSize)
        else { return }
        var leaf = Leaf(number, tree, source, moment: moment(of: source))
        leaf.isNewest = isNewest && newest?.isNewest == true
        if leaf.isNewest { leaf.moment = images.log.lastCommit }
        if case .frame(let index) = source, index > images.log.lastCommit {
            leaf.isCommitted = false
            leaf.isNewest = Int(images.log.newest[number] ?? -1) == index
        }
        for index in 0..<tree.cellCount {
            guard let cell = tree.cell(index) else {
                state.lostRecords += 1
                continue
            }
            if cell.payloadSize != nil { give(cell, of: leaf, &state, body) }
        }
    }

    /// Whether the same transaction wrote the page again: its earlier image was never visible.
    private func isReplaced(_ frame: Int) -> Bool {
        let log = images.log
        var later = Int(log.newest[log.pages[frame]] ?? -1)
        while later > frame {
            if later <= Int(log.commitEnds[frame]) { return true }
            later = Int(log.previous[later])
        }
        return false
    }

    /// The pages in the free list, as far as it can be read.
    private func freePages() -> PageSet {
        var free = PageSet(upTo: Int(images.highestPage))
        guard let first = images.newest(of: 1), images.read(1, from: first.source, into: &page) else { return free }
        var trunk = BTreePage.number(page, at: 32)
        while trunk >= 1, trunk <= images.highestPage, !free.contains(trunk) {
            free.insert(trunk)
            guard let image = images.newest(of: trunk), images.read(trunk, from: image.source, into: &page) else {
                break
            }
            let count = min(Int(BTreePage.number(page, at: 4)), images.usableSize / 4 - 2)
            for index in 0..<count { free.insert(BTreePage.number(page, at: 8 + index * 4)) }
            trunk = BTreePage.number(page, at: 0)
        }
        return free
    }

    // MARK: The schema

    private struct SchemaEntry {
        var kind: String
        var name: String
        var root: UInt32
    }

    /// The root page of each table by its name, as far as the schema can be read.
    package var schemaRoots: [String: UInt32] {
        var roots: [String: UInt32] = [:]
        for entry in readSchema() where entry.kind == "table" { roots[entry.name] = entry.root }
        return roots
    }

    private func readSchema() -> [SchemaEntry] {
        if let schema { return schema }
        var entries: [SchemaEntry] = []
        // type, name, tbl_name, rootpage, sql
        records(ofTree: 1) { record in
            guard record.isReachable, record.isCertain, record.values.count == 5,
                case .text(let kind) = record.values[0], case .text(let name) = record.values[1],
                case .integer(let number) = record.values[3], let root = UInt32(exactly: number), root > 1
            else { return }
            entries.append(SchemaEntry(kind: kind, name: name, root: root))
        }
        schema = entries
        return entries
    }
}
