// SPDX-License-Identifier: Apache-2.0

/// Splits a connection's bytes into Varlink messages at each NUL.
package struct MessageBuffer {
    /// The most bytes of one message without its NUL.
    package let limit: Int
    private var bytes: [UInt8] = []
    private var start = 0
    /// No NUL was found before this index, so that no byte is searched twice.
    private var searched = 0

    /// A message is too long: the connection has to end.
    package struct Oversize: Error {}

    /// The limit of a request, 1 MiB (docs/control.md).
    package static let requestLimit = 1 << 20

    /// - Parameter limit: the most bytes of one message without its NUL.
    package init(limit: Int = MessageBuffer.requestLimit) {
        self.limit = limit
    }

    /// Whether there are no bytes, not even a part of a message.
    package var isEmpty: Bool { start == bytes.count }

    /// Appends bytes that were read.
    package mutating func append(_ read: some Sequence<UInt8>) {
        if start > 0, start * 2 >= bytes.count {
            bytes.removeFirst(start)
            searched -= start
            start = 0
        }
        bytes.append(contentsOf: read)
    }

    /// The next whole message without its NUL; nil if more bytes are needed.
    ///
    /// - Throws: `Oversize`, even before such a message is complete.
    package mutating func next() throws(Oversize) -> ArraySlice<UInt8>? {
        guard let end = bytes[searched...].firstIndex(of: 0) else {
            searched = bytes.count
            guard bytes.count - start <= limit else { throw Oversize() }
            return nil
        }
        guard end - start <= limit else { throw Oversize() }
        defer {
            start = end + 1
            searched = start
        }
        return bytes[start..<end]
    }
}
