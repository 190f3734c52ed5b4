// SPDX-License-Identifier: Apache-2.0
import BoothModel
import CLinux
import Glibc

/// The current state of the machine's clock.
struct ClockReading {
    /// Seconds since 1970.
    var now: Int
    /// Whether the kernel considers it synchronised (adjtimex(2)).
    var isSynchronised: Bool
    /// Whether a battery clock keeps the time without power.
    var hasBatteryClock: Bool

    init(now: Int, isSynchronised: Bool, hasBatteryClock: Bool) {
        self.now = now
        self.isSynchronised = isSynchronised
        self.hasBatteryClock = hasBatteryClock
    }

    init(system: SystemFiles) {
        now = time(nil)
        isSynchronised = clinux_clock_is_synchronised() != 0
        hasBatteryClock = !system.names(in: "/sys/class/rtc").isEmpty
    }
}

/// Checks whether the clock can be trusted for event times and certificates.
enum ClockChecks {
    /// 2026-11-01: a correct clock cannot be before this version's release.
    private static let earliest = 1_793_491_200
    /// Twenty years later. A clock beyond this has lost its battery too.
    private static let latest = earliest + 20 * 31_557_600

    static func findings(in booth: Circumstances) -> [Finding] {
        findings(
            of: ClockReading(system: booth.system), trust: booth.configuration?.clockTrust ?? .kernel,
            service: booth.processes.running(["chronyd", "systemd-timesyncd", "ntpd", "ptp4l", "gpsd"]))
    }

    /// - Parameter service: the program that sets the clock; nil if none runs.
    static func findings(of clock: ClockReading, trust: ClockTrust, service: String?) -> [Finding] {
        [year(clock), synchronised(clock, trust, service), battery(clock)]
    }

    private static func year(_ clock: ClockReading) -> Finding {
        let civil = CivilTime(wallMilliseconds: Int64(clock.now) * 1000)
        guard (earliest..<latest).contains(clock.now) else {
            return .failure(
                .clock, "CLOCK_REALTIME",
                Message(zh: "日期不可能：\(civil.date.text)", en: "an impossible date: \(civil.date.text)"),
                next: Message(
                    zh: "date -s '年-月-日 时:分:秒'，再启用对时；检查 RTC 电池",
                    en: "date -s 'YYYY-MM-DD hh:mm:ss', then let it be synchronised; check the RTC's battery"))
        }
        return .ok(
            .clock, "CLOCK_REALTIME", Message(zh: "日期可信：\(civil.date.text)", en: "a plausible date: \(civil.date.text)")
        )
    }

    private static func synchronised(_ clock: ClockReading, _ trust: ClockTrust, _ service: String?) -> Finding {
        let by = service.map { Message(zh: "，由 \($0)", en: " by \($0)") } ?? Message(zh: "", en: "")
        if clock.isSynchronised {
            return .ok(
                .clock, "adjtimex", Message(zh: "内核时钟已同步\(by.zh)", en: "the kernel's clock is synchronised\(by.en)"))
        }
        guard let service else {
            return .warning(
                .clock, "adjtimex",
                Message(zh: "没有同步，也没有对时程序在运行", en: "not synchronised, and no program runs that would do it"),
                next: Message(
                    zh: "apt install systemd-timesyncd（或 chrony）；systemctl enable --now systemd-timesyncd",
                    en: "apt install systemd-timesyncd (or chrony); systemctl enable --now systemd-timesyncd"))
        }
        let effect =
            trust == .always
            ? Message(
                zh: "配置仍按现值相信它（trust = \"always\"）", en: "the configuration believes it as it is (trust = \"always\")")
            : Message(zh: "事件不带时间，全周按无人值守处理", en: "events carry no time, and every hour counts as unattended")
        return .warning(
            .clock, "adjtimex",
            Message(
                zh: "\(service) 在运行但还没有同步；\(effect.zh)",
                en: "\(service) runs and has not synchronised yet; \(effect.en)"),
            next: Message(
                zh: "timedatectl timesync-status（或 chronyc sources）；岗亭内网须有可达的 NTP 服务器",
                en: "timedatectl timesync-status (or chronyc sources); an NTP server has to be in reach"))
    }

    private static func battery(_ clock: ClockReading) -> Finding {
        guard !clock.hasBatteryClock else {
            return .ok(.clock, "RTC", Message(zh: "有实时时钟", en: "there is a real-time clock"))
        }
        return .warning(
            .clock, "RTC",
            Message(
                zh: "没有实时时钟：断电后在对时之前时间不可信",
                en: "no real-time clock: after a power cut the time is unknown until it is synchronised"),
            next: Message(zh: "加装带电池的 RTC，并在设备树中启用", en: "fit one with a battery, and enable it in the device tree"))
    }
}
