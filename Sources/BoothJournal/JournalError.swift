// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import SQLite

/// Why the journal cannot be opened or written.
package enum JournalError: Error, Equatable {
    /// Another agent owns the state directory.
    case inUse(directory: String)
    /// The directory cannot be made or opened: `errno`.
    case directory(String, code: CInt)
    /// The file was written by another version.
    case otherSchema(found: Int)
    /// SQLite refuses.
    case database(SQLiteError)
    /// The system has no thread or descriptor left.
    case system(SystemError)

    /// Whether the disk, or the journal's limit, is full. The file stays open then.
    var isFull: Bool {
        switch self {
        case .database(let error): error.isFull
        case .directory(_, let code): code == ENOSPC || code == EDQUOT
        case .inUse, .otherSchema, .system: false
        }
    }

    /// Whether the file holds something other than what was written.
    var isDamage: Bool {
        switch self {
        case .database(let error): error.isDamage
        case .directory, .inUse, .otherSchema, .system: false
        }
    }

    /// Whether the file must be closed and opened again before its content can be trusted.
    var closesFile: Bool {
        switch self {
        case .database(let error): !error.isFull && !error.isBusy
        case .directory, .inUse, .otherSchema, .system: true
        }
    }

    /// What is wrong, and the next step for the reader.
    package var message: Message {
        switch self {
        case .inUse(let directory):
            Message(
                zh: "另一个 boothd 正在使用 \(directory)；先停止它，或用 --state-directory 指定别的目录",
                en: "another boothd uses \(directory); stop it first, or name another directory with --state-directory")
        case .directory(let directory, let code):
            Message(
                zh: "无法使用状态目录 \(directory)：\(describe(code))；检查它是否存在、属主是否正确",
                en:
                    "cannot use the state directory \(directory): \(describe(code)); check that it exists and who owns it"
            )
        case .otherSchema(let found):
            Message(
                zh: "日志由另一版本的 boothd 写成(格式 \(found))；安装写它的版本",
                en: """
                    the journal was written by another version of boothd (schema \(found)); \
                    install the one that wrote it
                    """)
        case .database(let error):
            Message(zh: "日志读写失败：\(error)；检查磁盘", en: "the journal fails: \(error); check the disk")
        case .system(let error):
            Message(zh: "系统资源不足：\(error)", en: "the system has nothing left: \(error)")
        }
    }

    /// The state of the disk as people read it.
    ///
    /// - Parameters:
    ///   - waiting: number of events held in memory.
    ///   - givenUp: number of events dropped because memory was full.
    func storageState(waiting: Int, givenUp: Int) -> StorageState {
        let held = Message(
            zh: "\(waiting) 条消息暂存内存" + (givenUp == 0 ? "" : "，已放弃 \(givenUp) 条次要消息"),
            en: "\(waiting) events held in memory" + (givenUp == 0 ? "" : ", \(givenUp) minor ones given up"))
        if isFull {
            return .full(
                Message(
                    zh: "磁盘或日志已满，\(held.zh)；腾出空间或调大 [storage] limit",
                    en: "disk or journal full, \(held.en); free space or raise [storage] limit"))
        }
        return .fault(Message(zh: "\(message.zh)；\(held.zh)", en: "\(message.en); \(held.en)"))
    }
}
