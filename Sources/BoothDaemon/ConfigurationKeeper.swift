// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothCore
import BoothModel
import Glibc

/// Writes the configuration that is in service into the state directory, for a start with a file that is wrong.
///
/// On a thread of its own for as long as that takes, since a disk may take long and nobody waits for it. What is there
/// already is left alone. Used on the core's thread.
final class ConfigurationKeeper {
    private let kept: KeptConfiguration?
    private let directory: String
    private let announcer: Announcer
    private var thread: WorkerThread?

    init(_ file: CheckedFile, directory: String, announcer: Announcer) {
        kept = file.kept
        self.directory = directory
        self.announcer = announcer
    }

    /// Begins to write it, unless it is being written. A disk that refuses is said, and is no failure: it is written the
    /// next time that this is called.
    func keep() {
        guard let kept, thread?.join(milliseconds: 0) != false else { return }
        let (directory, announcer) = (directory, announcer)
        do throws(SystemError) {
            thread = try WorkerThread(name: "configuration") {
                do throws(SystemError) {
                    try kept.write(in: directory)
                } catch {
                    announcer.log(Self.entry(on: error))
                }
            }
        } catch {
            announcer.log(Self.entry(on: error))
        }
    }

    /// Waits for what is being written.
    func finish(by deadline: BootTime) {
        thread?.join(milliseconds: deadline.millisecondsAway())
    }

    private static func entry(on error: SystemError) -> LogEntry {
        LogEntry(
            .warning, .configurationNotKept,
            Message(
                zh: "无法在状态目录中保存本配置：\(error)；若下次启动时配置文件有错，将没有它可用",
                en: "the configuration cannot be kept in the state directory: \(error); "
                    + "a start with a wrong file will not find it"))
    }
}

extension KeptConfiguration {
    /// Makes it the one that `directory` has, synced: after a power cut that is this one or the one before.
    ///
    /// - Throws: `SystemError` when the disk refuses; the one before stays then.
    func write(in directory: String) throws(SystemError) {
        guard Self.find(in: directory) != .whole(self) else { return }
        let opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw SystemError("open \(directory)") }
        let folder = Descriptor(owning: opened)
        let (name, draft) = (Self.fileName, Self.fileName + ".new")
        // What a power cut left of an earlier one.
        unlinkat(folder.number, draft, 0)
        do throws(SystemError) {
            try writeSynced(draft, in: folder.number)
            guard renameat(folder.number, draft, folder.number, name) == 0 else { throw SystemError("rename \(draft)") }
        } catch {
            unlinkat(folder.number, draft, 0)
            throw error
        }
        guard fsync(folder.number) == 0 else { throw SystemError("sync \(directory)") }
    }

    private func writeSynced(_ name: String, in folder: CInt) throws(SystemError) {
        let opened = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard opened >= 0 else { throw SystemError("create \(name)") }
        let file = Descriptor(owning: opened)
        let bytes = bytes
        let written = bytes.withUnsafeBytes { all in
            Result { () throws(SystemError) in try all.write(to: file.number) }
        }
        if case .failure(let error) = written { throw error }
        guard fsync(file.number) == 0 else { throw SystemError("sync \(name)") }
    }
}
