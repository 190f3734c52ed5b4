// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import Glibc

/// Checks the versions that the agent depends on for known faults.
enum VersionChecks {
    static func findings(in booth: Circumstances) -> [Finding] {
        let usesGPIO = !(booth.configuration?.chips.isEmpty ?? true)
        return [
            .ok(.versions, "boothctl", .plain(Product.version)),
            judge("Linux", kernel(), knowing: KnownFault.kernel),
            gpiod(knowing: usesGPIO ? KnownFault.gpiod : []),
            library(
                "libmodbus", "libmodbus.so.5",
                .numbers("libmodbus_version_major", "libmodbus_version_minor", "libmodbus_version_micro"),
                knowing: KnownFault.modbus),
            library("SQLite", "libsqlite3.so.0", .function("sqlite3_libversion"), knowing: KnownFault.sqlite),
            library("libcurl", "libcurl.so.4", .function("curl_version"), knowing: KnownFault.curl),
            .ok(.versions, "OpenSSL", .plain(CryptoLibrary.version)),
        ] + systemd(booth.unit) + replaced(in: booth)
    }

    private static func systemd(_ unit: ServiceUnit?) -> [Finding] {
        guard let unit, !unit.version.isEmpty else { return [] }
        return [.ok(.versions, "systemd", .plain(String(unit.version.drop { !$0.isNumber })))]
    }

    /// Files of the running agent that an upgrade has replaced. The new version has no effect before a restart.
    private static func replaced(in booth: Circumstances) -> [Finding] {
        guard let pid = booth.process.pids.first, let maps = booth.system.text("/proc/\(pid)/maps") else { return [] }
        let gone = maps.split(separator: "\n").filter { $0.hasSuffix(" (deleted)") }.compactMap { line in
            line.dropLast(" (deleted)".count).split(separator: "/").last.map(String.init)
        }
        let files = Set(gone.filter { $0.contains(".so") || $0 == "boothd" }).sorted()
        guard !files.isEmpty else { return [] }
        let list = files.joined(separator: ", ")
        return [
            .warning(
                .versions, "boothd",
                Message(
                    zh: "升级替换了这些文件，运行中的 boothd 还在用旧的：\(list)",
                    en: "replaced by an upgrade, and boothd still runs with the old ones: \(list)"),
                next: .plain("systemctl restart boothd"))
        ]
    }

    /// Compares one version with the known faults; returns the most serious.
    static func judge(_ name: String, _ text: String, knowing faults: [KnownFault]) -> Finding {
        guard let version = Version(text) else { return .ok(.versions, name, .plain(text)) }
        let known = faults.filter { $0.versions.contains(version) }
        guard !known.isEmpty else { return .ok(.versions, name, .plain(text)) }
        let message = Message(
            zh: "\(text)：" + known.map(\.message.zh).joined(separator: "；"),
            en: "\(text): " + known.map(\.message.en).joined(separator: "; "))
        let levels = known.map(\.level)
        let next = known.compactMap(\.next).first ?? KnownFault.newerDebian
        if levels.contains(.failure) { return .failure(.versions, name, message, next: next) }
        return levels.contains(.warning)
            ? .warning(.versions, name, message, next: next) : .ok(.versions, name, message)
    }

    private static func library(
        _ name: String, _ file: String, _ voice: InstalledLibrary.Voice, knowing faults: [KnownFault]
    ) -> Finding {
        do throws(InstalledLibrary.Absent) {
            let said = try InstalledLibrary.version(of: file, voice) ?? "?"
            return judge(name, number(in: said), knowing: faults)
        } catch {
            return .failure(
                .versions, name,
                Message(zh: "\(error.name) 装不进来：boothd 起不来", en: "\(error.name) cannot be loaded: boothd cannot start"),
                next: .plain("apt install --fix-broken; ldd /usr/sbin/boothd"))
        }
    }

    /// The library's own version in a text such as `libcurl/8.14.1 OpenSSL/3.5.1 …`.
    private static func number(in said: String) -> String {
        let first = said.split(separator: " ").first ?? ""
        return first.split(separator: "/").last.map(String.init) ?? said
    }

    /// The libraries of Debian 13 and Debian 12 have different names and functions.
    private static func gpiod(knowing faults: [KnownFault]) -> Finding {
        do throws(InstalledLibrary.Absent) {
            if let said = try InstalledLibrary.version(of: "libgpiod.so.3", .function("gpiod_api_version")) {
                return judge("libgpiod", said, knowing: faults)
            }
        } catch {
            // Not installed, so try the older library. If that is missing too, it is reported.
        }
        return library("libgpiod", "libgpiod.so.2", .function("gpiod_version_string"), knowing: faults)
    }

    private static func kernel() -> String {
        var names = utsname()
        guard uname(&names) == 0 else { return "?" }
        return withUnsafeBytes(of: &names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
