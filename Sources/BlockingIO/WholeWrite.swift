// SPDX-License-Identifier: Apache-2.0
import Glibc

extension UnsafeRawBufferPointer {
    /// Writes every byte to `descriptor`, in as many calls of write(2) as it takes.
    ///
    /// - Parameters:
    ///   - descriptor: open for writing. One that does not block is waited for.
    ///   - patience: how many milliseconds a descriptor that does not block may take for nothing; nil waits for ever.
    /// - Throws: `SystemError`: `EPIPE` when the reader is gone (SIGPIPE is the caller's to block), `EAGAIN` when it did
    ///   not read in time, `ENOSPC` and the like for a file. What was written by then stays written.
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
