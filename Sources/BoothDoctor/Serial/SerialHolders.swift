// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Finds the programs that have a serial port open.
enum SerialHolders {
    static func findings(_ port: SerialPort, _ device: String, _ booth: Circumstances) -> [Finding] {
        let holders = booth.processes.holders(of: device)
        let others = holders.filter { !booth.process.isAgent($0) }
        if !others.isEmpty { return others.map { held(port, device, by: $0) } }
        if holders.isEmpty { return nobody(port, device, booth) }
        return []
    }

    private static func held(_ port: SerialPort, _ device: String, by program: ProcessList.Program) -> Finding {
        .failure(
            .serial, port.bus,
            Message(
                zh: "\(device) 被 \(program.name)（进程 \(program.pid)）打开",
                en: "\(device) is open in \(program.name) (process \(program.pid))"),
            next: stopping(program, device))
    }

    /// How to stop programs that open serial ports by themselves, permanently.
    private static func stopping(_ program: ProcessList.Program, _ device: String) -> Message {
        let tty = device.split(separator: "/").last.map(String.init) ?? device
        return switch program.name {
        case "ModemManager":
            Message(
                zh: "它会向每个新串口发送探测：systemctl disable --now ModemManager，或 apt purge modemmanager",
                en: "it probes every new port: systemctl disable --now ModemManager, or apt purge modemmanager")
        case "brltty":
            Message(
                zh: "它把转换器当作盲文终端：apt purge brltty", en: "it takes the adapter for a braille display: apt purge brltty")
        case "agetty", "getty", "login":
            .plain("systemctl disable --now serial-getty@\(tty)")
        case AgentProcess.name:
            Message(
                zh: "它不是本配置的 boothd：systemctl status boothd 显示正式的一个，停掉另一个",
                en: "not the boothd of this configuration: systemctl status boothd names the booth's own, stop the "
                    + "other")
        default:
            Message(
                zh: "停止该程序（kill \(program.pid)）；boothd 会自己重新打开",
                en: "stop it (kill \(program.pid)); boothd opens the port by itself")
        }
    }

    /// The port exists, but no program has it open, not even the agent.
    private static func nobody(_ port: SerialPort, _ device: String, _ booth: Circumstances) -> [Finding] {
        guard booth.agent.reply?.inService == true else { return [] }
        guard !booth.processes.isIncomplete else {
            return [
                .warning(
                    .serial, port.bus,
                    Message(zh: "\(device)：看不到谁打开了它", en: "\(device): who has it open is not to be seen"),
                    next: .useSudo)
            ]
        }
        let isBarred = booth.account?.obstacle(to: device, .readWrite, in: booth.system) != nil
        // The permission checks report the reason.
        if isBarred { return [] }
        let isRestricted = booth.unit?.restrictsDevices == true
        return [
            .warning(
                .serial, port.bus,
                Message(
                    zh: "\(device)：boothd 在运行却没有打开它" + (isRestricted ? "；驱动可能在 boothd 之后才加载，DeviceAllow 因此无效" : ""),
                    en: "\(device): boothd runs and does not have it open"
                        + (isRestricted
                            ? "; its driver may have been loaded after boothd, and DeviceAllow is without effect" : "")),
                next: isRestricted
                    ? Message(
                        zh:
                            "systemctl restart boothd；再看 /usr/lib/modules-load.d/boothd.conf 里有没有这个驱动，没有就写入 /etc/modules-load.d/",
                        en:
                            "systemctl restart boothd; then see that /usr/lib/modules-load.d/boothd.conf has the driver, "
                            + "or name it in /etc/modules-load.d/")
                    : Message(zh: "boothctl status 会说明原因", en: "boothctl status says why"))
        ]
    }
}
