// SPDX-License-Identifier: Apache-2.0

/// Bytes of a connection, cut into Varlink messages at each NUL.
package struct MessageBuffer {
    /// Most bytes of one message, the NUL not counted.
    package let limit: Int
    private var bytes: [UInt8] = []
    /// Where the next message begins.
    private var start = 0
    /// Up to where no NUL was found, so that no byte is looked at twice.
    private var searched = 0

    /// A message that is longer than it may be: the connection cannot go on.
    package struct Oversize: Error {}

    /// A request may have 1 MiB (the contract of the control socket).
    package static let requestLimit = 1 << 20

    /// - Parameter limit: most bytes of one message without its NUL; a longer one is refused.
    package init(limit: Int = MessageBuffer.requestLimit) {
        self.limit = limit
    }

    /// Whether nothing waits, not even a part of a message.
    package var isEmpty: Bool { start == bytes.count }

    /// Takes what was read.
    package mutating func append(_ read: some Sequence<UInt8>) {
        if start > 0, start * 2 >= bytes.count {
            bytes.removeFirst(start)
            searched -= start
            start = 0
        }
        bytes.append(contentsOf: read)
    }

    /// The next whole message without its NUL; nil when more has to be read first.
    ///
    /// - Throws: `Oversize`, also before such a message has ended.
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
