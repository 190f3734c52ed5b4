// SPDX-License-Identifier: Apache-2.0

/// A page of a b-tree; nothing in it is trusted (sqlite.org/fileformat2.html, 1.6).
struct BTreePage {
    enum Kind: UInt8 {
        case indexInterior = 0x02
        case tableInterior = 0x05
        case indexLeaf = 0x0A
        case tableLeaf = 0x0D

        var isLeaf: Bool { self == .indexLeaf || self == .tableLeaf }
        var isTable: Bool { self == .tableInterior || self == .tableLeaf }
    }

    /// A cell: a record or the part of it that is in the page, or a pointer to another page.
    struct Cell {
        /// The page with smaller keys; 0 in a leaf.
        var child: UInt32 = 0
        /// The row number, or the largest one below `child`; 0 in an index.
        var key: Int64 = 0
        /// Bytes of the record; nil if the cell has none.
        var payloadSize: Int?
        /// Where in the page the record's local part is.
        var local = 0..<0
        /// The first overflow page; 0 if there is none.
        var overflow: UInt32 = 0
    }

    let kind: Kind
    let cellCount: Int
    /// The page with the largest keys; 0 in a leaf.
    let rightChild: UInt32
    private let bytes: [UInt8]
    private let usableSize: Int
    private let pointers: Int

    /// - Returns: nil if the bytes are not a b-tree page.
    init?(_ bytes: [UInt8], number: UInt32, usableSize: Int) {
        // Page 1 begins with the file header.
        let start = number == 1 ? 100 : 0
        guard usableSize <= bytes.count, start + 12 <= usableSize, let kind = Kind(rawValue: bytes[start]) else {
            return nil
        }
        self.kind = kind
        self.bytes = bytes
        self.usableSize = usableSize
        cellCount = Int(bytes[start + 3]) << 8 | Int(bytes[start + 4])
        pointers = start + (kind.isLeaf ? 8 : 12)
        rightChild = kind.isLeaf ? 0 : Self.number(bytes, at: start + 8)
        guard pointers + cellCount * 2 <= usableSize else { return nil }
    }

    /// The cell with this index, 0..<`cellCount`; nil if it does not fit in the page.
    func cell(_ index: Int) -> Cell? {
        guard index >= 0, index < cellCount else { return nil }
        let pointer = pointers + index * 2
        var at = Int(bytes[pointer]) << 8 | Int(bytes[pointer + 1])
        guard at >= pointers + cellCount * 2, at + 4 <= usableSize else { return nil }
        var cell = Cell()
        if !kind.isLeaf {
            cell.child = Self.number(bytes, at: at)
            at += 4
        }
        if kind != .tableInterior {
            guard let size = Varint.read(bytes, &at, end: usableSize), let size = Int(exactly: size) else { return nil }
            cell.payloadSize = size
        }
        if kind.isTable {
            guard let key = Varint.read(bytes, &at, end: usableSize) else { return nil }
            cell.key = key
        }
        guard let size = cell.payloadSize else { return cell }
        guard size >= 0 else { return nil }
        let local = localSize(of: size)
        guard at + local <= usableSize else { return nil }
        cell.local = at..<at + local
        if local < size {
            guard at + local + 4 <= usableSize else { return nil }
            cell.overflow = Self.number(bytes, at: at + local)
        }
        return cell
    }

    func local(_ cell: Cell) -> ArraySlice<UInt8> { bytes[cell.local] }

    /// A hash of the row, its local bytes and its overflow pages; equal for the same cell.
    func fingerprint(of cell: Cell) -> Int {
        var hasher = Hasher()
        hasher.combine(kind.isTable)
        hasher.combine(cell.key)
        hasher.combine(cell.payloadSize)
        hasher.combine(cell.overflow)
        hasher.combine(local(cell))
        return hasher.finalize()
    }

    private func localSize(of size: Int) -> Int {
        let most = kind == .tableLeaf ? usableSize - 35 : (usableSize - 12) * 64 / 255 - 23
        guard size > most else { return size }
        let least = (usableSize - 12) * 32 / 255 - 23
        let wanted = least + (size - least) % (usableSize - 4)
        return wanted <= most ? wanted : least
    }

    /// Four bytes, big-endian; `at` must be in the page.
    static func number(_ bytes: [UInt8], at: Int) -> UInt32 {
        UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3])
    }
}

/// The variable-length numbers in cells and records, one to nine bytes.
enum Varint {
    /// Reads one number and moves `at` behind it; nil if it does not end before `end`, which is within `bytes`.
    static func read<Bytes: RandomAccessCollection>(_ bytes: Bytes, _ at: inout Int, end: Int) -> Int64?
    where Bytes.Element == UInt8, Bytes.Index == Int {
        var value: UInt64 = 0
        for count in 1...9 {
            guard at < end else { return nil }
            let byte = bytes[at]
            at += 1
            if count == 9 { return Int64(bitPattern: value << 8 | UInt64(byte)) }
            value = value << 7 | UInt64(byte & 0x7F)
            if byte < 0x80 { return Int64(bitPattern: value) }
        }
        return nil
    }
}

/// The record format (sqlite.org/fileformat2.html, 2.1).
enum RecordFormat {
    /// The values of a record; nil if the bytes are not a record.
    static func values(of bytes: [UInt8]) -> [Value]? {
        var at = 0
        guard let length = Varint.read(bytes, &at, end: bytes.count), let headerSize = Int(exactly: length),
            headerSize >= at, headerSize <= bytes.count
        else { return nil }
        var values: [Value] = []
        var start = headerSize
        while at < headerSize {
            guard let type = Varint.read(bytes, &at, end: headerSize), let size = size(of: type),
                size <= bytes.count - start
            else { return nil }
            values.append(value(type, bytes[start..<start + size]))
            start += size
        }
        return start == bytes.count ? values : nil
    }

    private static func size(of type: Int64) -> Int? {
        switch type {
        case 0, 8, 9: 0
        case 1...4: Int(type)
        case 5: 6
        case 6, 7: 8
        case 12...: Int((type - 12) / 2)
        default: nil
        }
    }

    private static func value(_ type: Int64, _ bytes: ArraySlice<UInt8>) -> Value {
        switch type {
        case 0: .null
        case 8: .integer(0)
        case 9: .integer(1)
        case 7: .real(Double(bitPattern: UInt64(bitPattern: integer(bytes))))
        case 1...6: .integer(integer(bytes))
        default: type % 2 == 0 ? .blob(Array(bytes)) : .text(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Big-endian, in two's complement.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int64 {
        var value: Int64 = bytes.first.map { $0 >= 0x80 ? -1 : 0 } ?? 0
        for byte in bytes { value = value << 8 | Int64(byte) }
        return value
    }
}
