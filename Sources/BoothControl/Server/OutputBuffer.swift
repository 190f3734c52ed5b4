// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Output that a client has not read yet.
struct OutputBuffer {
    private var bytes: [UInt8] = []
    private var start = 0

    var count: Int { bytes.count - start }
    var isEmpty: Bool { count == 0 }

    /// Adds a message and its NUL.
    mutating func append(message: some Sequence<UInt8>) {
        bytes.append(contentsOf: message)
        bytes.append(0)
    }

    /// Sends as much as `socket` takes now.
    ///
    /// - Returns: false if the client is gone.
    mutating func flush(to socket: CInt) -> Bool {
        while !isEmpty {
            let sent = bytes.withUnsafeBytes { all in
                let unsent = UnsafeRawBufferPointer(rebasing: all[start...])
                return send(socket, unsent.baseAddress, unsent.count, CInt(MSG_NOSIGNAL))
            }
            guard sent >= 0 else {
                let code = errno
                if code == EINTR { continue }
                compact()
                return code == EAGAIN
            }
            start += sent
        }
        bytes.removeAll()
        start = 0
        return true
    }

    private mutating func compact() {
        guard start * 2 >= bytes.count else { return }
        bytes.removeFirst(start)
        start = 0
    }
}
