// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothCore
import BoothModel
import Glibc

/// Writes the configuration in service into the state directory, for a start with a wrong file.
///
/// It writes on its own short-lived thread, because a disk may be slow and nobody waits for it. An identical file is
/// not written again. Used on the core's thread.
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

    /// Begins to write the configuration, unless it is being written. A failing disk is logged and is no fault; the
    /// next call tries again.
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

    /// Waits until the writing has ended, or until `deadline`.
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
    /// Replaces the file in `directory` by this configuration, synced. After a power cut either the old or the new one
    /// is there.
    ///
    /// - Throws: `SystemError` if the disk fails; the old file then stays.
    func write(in directory: String) throws(SystemError) {
        guard Self.find(in: directory) != .whole(self) else { return }
        let opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw SystemError("open \(directory)") }
        let folder = Descriptor(owning: opened)
        let (name, draft) = (Self.fileName, Self.fileName + ".new")
        // An earlier write that a power cut interrupted.
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
