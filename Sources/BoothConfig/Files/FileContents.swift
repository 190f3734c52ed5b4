// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// Reads whole small files.
enum FileContents {
    struct Fault: Error {
        /// The reason in a few words.
        var reason: Message
        /// Whether the file does not exist.
        var isAbsence = false

        init(zh: String, en: String) {
            reason = Message(zh: zh, en: en)
        }

        fileprivate init(_ code: CInt) {
            switch code {
            case ENOENT, ENOTDIR:
                self.init(zh: "没有这个文件", en: "there is no such file")
                isAbsence = true
            case EACCES, EPERM: self.init(zh: "没有读取权限", en: "permission denied")
            default:
                let text = String(cString: strerror(code))
                self.init(zh: text, en: text)
            }
        }
    }

    /// The bytes of a regular file.
    static func read(_ path: String, atMost most: Int) -> Result<[UInt8], Fault> {
        // O_NONBLOCK: opening a FIFO would otherwise wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(Fault(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .failure(Fault(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            return .failure(Fault(zh: "不是普通文件", en: "it is not a regular file"))
        }
        guard status.st_size <= most else {
            return .failure(Fault(zh: "文件超过 \(most) 字节", en: "it has more than \(most) bytes"))
        }
        return bytes(of: descriptor, atMost: most)
    }

    private static func bytes(of descriptor: CInt, atMost most: Int) -> Result<[UInt8], Fault> {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= most {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return .success(bytes) }
            guard count > 0 else {
                let code = errno
                if code == EINTR { continue }
                return .failure(Fault(code))
            }
            bytes += chunk.prefix(count)
        }
        return .failure(Fault(zh: "文件超过 \(most) 字节", en: "it has more than \(most) bytes"))
    }
}
