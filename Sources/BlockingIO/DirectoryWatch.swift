// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Watches for names that appear in a directory, disappear, or change their owner or mode (inotify(7)).
///
/// For devices that are plugged in and out. The file appears with the device; its group is set a moment later.
package final class DirectoryWatch {
    /// Readable after a change; for epoll or poll.
    package let descriptor: CInt

    /// - Throws: `SystemError` when `path` is no directory, or the system has no inotify watch left.
    package init(path: String) throws(SystemError) {
        let opened = inotify_init1(CInt(O_CLOEXEC) | CInt(O_NONBLOCK))
        guard opened >= 0 else { throw SystemError("inotify_init1") }
        let events = UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_ATTRIB) | UInt32(IN_DELETE)
        guard inotify_add_watch(opened, path, events) >= 0 else {
            let error = SystemError("inotify_add_watch \(path)")
            close(opened)
            throw error
        }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    /// The names that changed since the last call; never blocks.
    ///
    /// An empty name in the list means that the kernel dropped events: any name may have changed.
    package func take() -> [String] {
        var names: [String] = []
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while true {
                let length = read(descriptor, buffer.baseAddress, buffer.count)
                guard length > 0 else { return }
                names += Self.names(in: UnsafeRawBufferPointer(rebasing: buffer[..<length]))
            }
        }
        return names
    }

    private static func names(in bytes: UnsafeRawBufferPointer) -> [String] {
        var names: [String] = []
        var start = 0
        while start + 16 <= bytes.count {
            // struct inotify_event: watch, mask, cookie and length of the name, 32 bits each; then the name with NULs.
            let length = Int(bytes.loadUnaligned(fromByteOffset: start + 12, as: UInt32.self))
            let name = bytes[(start + 16)..<min(bytes.count, start + 16 + length)]
            names.append(String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
            start += 16 + length
        }
        return names
    }
}
