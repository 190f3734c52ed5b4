// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import SQLite

/// Why the journal cannot be opened.
package enum JournalError: Error, Equatable {
    /// Another agent owns the state directory.
    case inUse(directory: String)
    /// The directory cannot be made or opened: `errno`.
    case directory(String, code: CInt)
    /// The file was written by a newer version.
    case newerSchema(found: Int)
    /// SQLite refuses.
    case database(SQLiteError)

    /// Whether trying again can help: the disk is full or refuses, and may recover.
    package var canPass: Bool {
        switch self {
        case .database(let error): error.isFull || error.isInputOutput || error.isBusy
        case .directory(_, let code): [ENOSPC, EDQUOT, EROFS, EIO].contains(code)
        case .inUse, .newerSchema: false
        }
    }

    /// What is wrong, and the next step.
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
        case .newerSchema(let found):
            Message(
                zh: "日志由更新版本的 boothd 写成(格式 \(found))；安装该版本或更新的版本",
                en: "the journal was written by a newer boothd (schema \(found)); install that version or a newer one")
        case .database(let error):
            Message(
                zh: "无法打开日志：\(error)；检查磁盘", en: "cannot open the journal: \(error); check the disk")
        }
    }
}
