// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothModel
import Glibc

/// The file of a certificate or key: its contents, or why the agent cannot get them.
enum CredentialFile {
    /// The contents, and remarks on who may read the file.
    case contents([UInt8], remarks: [Finding])
    case obstacle([Finding])

    /// - Parameters:
    ///   - path: as this process sees it.
    ///   - isSecret: whether it is a private key, which others must not read.
    init(_ path: String, isSecret: Bool, in booth: Circumstances) {
        let isCredential = path.hasPrefix(booth.system.path(ConfigurationFile.credentialSource) + "/")
        guard let status = FileStatus(path) else {
            self = .obstacle([Self.absent(path, code: errno, isCredential: isCredential, in: booth)])
            return
        }
        // systemd reads credentials as root. The agent opens any other file itself.
        if !isCredential, let barred = Self.barred(path, in: booth) {
            self = .obstacle([barred])
            return
        }
        guard let bytes = SystemFiles.contents(of: path) else {
            self = .obstacle([Self.absent(path, code: errno, isCredential: isCredential, in: booth)])
            return
        }
        self = .contents(bytes, remarks: isSecret ? Self.exposure(of: path, status, in: booth) : [])
    }

    private static func absent(_ path: String, code: CInt, isCredential: Bool, in booth: Circumstances) -> Finding {
        if code == EACCES || code == EPERM, !booth.isRoot {
            return .warning(
                .credentials, path, Message(zh: "当前用户无权查看", en: "this user may not look at it"), next: .useSudo)
        }
        let cause = String(cString: strerror(code))
        return .failure(
            .credentials, path, Message(zh: "不能读取：\(cause)", en: "cannot be read: \(cause)"),
            next: isCredential
                ? Message(
                    zh: "install -m 600 -o root 文件 \(path)，再 systemctl restart boothd",
                    en: "install -m 600 -o root FILE \(path), then systemctl restart boothd")
                : Message(zh: "放好文件，或改 [[target]] 的 https", en: "put the file there, or correct the target's https"))
    }

    /// Findings if everybody may read a private key. `cp` leaves mode 0644; that is harmless only in a directory that
    /// others cannot enter.
    private static func exposure(of path: String, _ status: FileStatus, in booth: Circumstances) -> [Finding] {
        guard status.permissions & 0o007 != 0 else { return [] }
        if let directory = closedDirectory(above: path, in: booth.system) {
            return [
                .warning(
                    .credentials, path,
                    Message(
                        zh: "模式 \(status.octal)：只有目录 \(directory) 的权限挡住其他用户读这把私钥",
                        en: "mode \(status.octal): only the mode of \(directory) keeps others from this key"),
                    next: .plain("chmod 600 \(path)"))
            ]
        }
        return [
            .failure(
                .credentials, path,
                Message(
                    zh: "模式 \(status.octal)：本机任何用户都能读这把私钥",
                    en: "mode \(status.octal): every user of the machine may read this key"),
                next: Message(
                    zh: "chmod 600 \(path)；若已泄露，请签发方吊销并换新",
                    en: "chmod 600 \(path); where it has leaked, have the certificate revoked and replaced"))
        ]
    }

    /// The first directory above a file that others cannot enter; nil if there is none.
    private static func closedDirectory(above path: String, in system: SystemFiles) -> String? {
        guard let real = system.resolved(system.name(of: path)) else { return nil }
        var passed = ""
        for part in real.split(separator: "/").dropLast() {
            passed += "/\(part)"
            if let status = FileStatus(system.path(passed)), status.permissions & 0o001 == 0 { return passed }
        }
        return nil
    }

    private static func barred(_ path: String, in booth: Circumstances) -> Finding? {
        let name = booth.system.name(of: path)
        guard let account = booth.account, let real = booth.system.resolved(name),
            let obstacle = account.obstacle(to: real, .read, in: booth.system)
        else { return nil }
        let what = obstacle.isDirectory ? obstacle.path : path
        return .failure(
            .credentials, path,
            Message(
                zh: "用户 \(account.name) 不能读取（\(what) 的权限）", en: "user \(account.name) may not read it (mode of \(what))"
            ),
            next: Message(
                zh: "放入 \(ConfigurationFile.credentialSource)，配置写 credential:\(ConfigurationFile.credentialPrefix)文件名；"
                    + "或 chgrp \(account.name) 并 chmod 640",
                en: "put it into \(ConfigurationFile.credentialSource) and write credential:"
                    + "\(ConfigurationFile.credentialPrefix)FILE; or chgrp \(account.name) and chmod 640"))
    }
}
