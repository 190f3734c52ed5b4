// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A range of versions of a library with a known fault, and its effect on the agent.
struct KnownFault {
    var versions: Range<Version>
    var level: Finding.Level
    var message: Message
    /// The next step, if there is one.
    var next: Message?

    static let newerDebian = Message(zh: "岗亭用 Debian 13（trixie）", en: "a booth runs Debian 13 (trixie)")

    /// sqlite.org/wal.html#walresetbug: needs two connections that write or checkpoint at once. The agent has only one.
    static let sqlite = [
        KnownFault(
            versions: Version(3, 7)..<Version(3, 51, 3), level: .ok,
            message: Message(
                zh: "有 WAL 重置缺陷（3.7.0–3.51.2），boothd 只用一个连接，不受影响；别用 sqlite3 打开日志",
                en: "it has the WAL-reset bug (3.7.0 to 3.51.2), harmless to boothd's one connection; never open the "
                    + "journal with sqlite3"))
    ]

    /// Source: libmodbus' NEWS.md.
    static let modbus = [
        KnownFault(
            versions: Version(0, 0)..<Version(3, 1, 6), level: .warning,
            message: Message(zh: "比 boothd 测试过的都旧", en: "older than any that boothd was tried with"), next: newerDebian),
        KnownFault(
            versions: Version(3, 1, 8)..<Version(3, 1, 11), level: .ok,
            message: Message(
                zh: "浮点字序有错（3.1.8–3.1.10），boothd 自己解码，不受影响",
                en: "float order is wrong in 3.1.8 to 3.1.10; boothd decodes by itself")),
        KnownFault(
            versions: Version(3, 1, 6)..<Version(3, 1, 12), level: .ok,
            message: Message(
                zh: "描述符 ≥ 1024 会越界（3.1.12 修正），单元的 LimitNOFILE=1024 避免了它",
                en: "descriptors from 1024 on overrun (fixed in 3.1.12); the unit's LimitNOFILE=1024 keeps below")),
    ]

    /// libgpiod 1.x uses kernel ABI v1.
    static let gpiod = [
        KnownFault(
            versions: Version(0, 0)..<Version(2, 0), level: .warning,
            message: Message(
                zh: "1.x：没有内核去抖和边沿计数，丢失的边沿数不出来",
                en: "1.x: no debounce in the kernel and no count of edges, so lost ones cannot be counted"),
            next: newerDebian)
    ]

    static let curl = [
        KnownFault(
            versions: Version(0, 0)..<Version(7, 84), level: .warning,
            message: Message(zh: "比 boothd 测试过的都旧", en: "older than any that boothd was tried with"), next: newerDebian)
    ]

    /// The kernel has GPIO interface v2 since 5.10.
    static let kernel = [
        KnownFault(
            versions: Version(0, 0)..<Version(5, 10), level: .failure,
            message: Message(
                zh: "早于 5.10：没有 GPIO 接口 v2，libgpiod 2 打不开线路",
                en: "before 5.10: without GPIO ABI v2, libgpiod 2 has no lines"),
            next: newerDebian)
    ]
}
