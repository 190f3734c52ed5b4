// SPDX-License-Identifier: Apache-2.0
import Glibc

extension UnsafeRawBufferPointer {
    /// Writes all bytes to `descriptor`, with as many calls of write(2) as needed.
    ///
    /// - Parameters:
    ///   - descriptor: open for writing. If it is non-blocking, this waits for it.
    ///   - patience: how many milliseconds a non-blocking descriptor may accept nothing; nil waits for ever.
    /// - Throws: `SystemError`: `EPIPE` when the reader is gone (the caller must block SIGPIPE), `EAGAIN` when
    ///   `patience` ran out, `ENOSPC` and the like for a file. Bytes written before the error stay written.
    package func write(to descriptor: CInt, patience: Int? = nil) throws(SystemError) {
        var rest = self[...]
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            guard written < 0 else {
                rest = rest.dropFirst(written)
                continue
            }
            let code = errno
            if code == EINTR { continue }
            var one = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard code == EAGAIN, poll(&one, 1, patience.map { CInt(clamping: $0) } ?? -1) != 0 else {
                throw SystemError("write", code: code)
            }
        }
    }
}
