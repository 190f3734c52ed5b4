// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Checks each bus's serial port: it exists, is a serial port, has a stable name, and no other program uses it.
///
/// Opens no port, because that would raise DTR and disturb the bus.
enum SerialChecks {
    static func configured(in booth: Circumstances) -> [SerialPort] {
        booth.configuration.map(SerialPort.all) ?? []
    }

    static func findings(in booth: Circumstances) -> [Finding] {
        let ports = configured(in: booth)
        if ports.isEmpty {
            guard booth.configuration != nil else { return [] }
            return [.ok(.serial, "Modbus", Message(zh: "配置没有使用串口", en: "the configuration uses no serial port"))]
        }
        return ports.flatMap { port in
            guard let device = booth.system.resolved(port.path) else { return [missing(port, in: booth)] }
            guard isTerminal(device, in: booth.system) else { return [noPort(port, device)] }
            let findings =
                name(port, device, in: booth) + console(port, device, in: booth)
                + SerialHolders.findings(port, device, booth)
            return findings.isEmpty ? [ok(port, device, in: booth)] : findings
        }
    }

    private static func ok(_ port: SerialPort, _ device: String, in booth: Circumstances) -> Finding {
        let isHeld = booth.processes.holders(of: device).contains(where: booth.process.isAgent)
        return .ok(
            .serial, port.bus,
            Message(
                zh: (port.path == device ? device : "\(port.path) → \(device)") + (isHeld ? "，由 boothd 持有" : ""),
                en: (port.path == device ? device : "\(port.path) → \(device)") + (isHeld ? ", held by boothd" : "")))
    }

    // MARK: There

    private static func missing(_ port: SerialPort, in booth: Circumstances) -> Finding {
        let links = SerialPort.links(in: booth.system).map(\.link)
        let message = Message(zh: "\(port.path) 不存在", en: "\(port.path) is not there")
        if let (driver, modules) = unloadedDriver(of: port.path, in: booth.system) {
            return .failure(
                .serial, port.bus,
                Message(
                    zh: "\(message.zh)；内核没有加载 \(driver) 驱动", en: "\(message.en); the kernel has not loaded \(driver)"),
                next: Message(
                    zh: "插好转换器（lsusb）；modprobe \(modules)，写入 /etc/modules-load.d/，再 systemctl restart boothd"
                        + "（驱动加载之前，单元的 DeviceAllow 无效）",
                    en: "plug the adapter in (lsusb); modprobe \(modules), name it in /etc/modules-load.d/, then "
                        + "systemctl restart boothd (before the driver is loaded, the unit's DeviceAllow has no effect)"
                ))
        }
        let known = links.isEmpty ? "–" : links.joined(separator: " ")
        return .failure(
            .serial, port.bus, message,
            next: Message(
                zh: "插好转换器；现有：\(known)；或改 [modbus.\(port.bus)] 的 serial",
                en: "plug the adapter in; there are: \(known); or correct `serial` in [modbus.\(port.bus)]"))
    }

    /// The driver of such a device and its kernel modules, if the driver is not loaded.
    private static func unloadedDriver(of path: String, in system: SystemFiles) -> (driver: String, modules: String)? {
        let drivers = TerminalDriver.all(in: system)
        guard !drivers.isEmpty else { return nil }
        let hasSerial = drivers.contains { $0.prefix.hasSuffix("/ttyUSB") }
        let hasModem = drivers.contains { $0.prefix.hasSuffix("/ttyACM") }
        // udev's links for USB adapters end with the port for usbserial drivers, and have no port for cdc_acm
        // (60-serial.rules, .ID_PORT).
        let isLink = path.contains("/usb-") || path.contains("-usb-")
        if path.contains("ttyUSB") || isLink && path.contains("-port") {
            return hasSerial ? nil : ("usbserial", "ftdi_sio|cp210x|ch341|pl2303")
        }
        if path.contains("ttyACM") || isLink && path.contains("-if") {
            return hasModem ? nil : ("cdc_acm", "cdc_acm")
        }
        guard isLink, !hasSerial, !hasModem else { return nil }
        return ("usbserial", "ftdi_sio|cp210x|ch341|pl2303")
    }

    private static func isTerminal(_ device: String, in system: SystemFiles) -> Bool {
        guard let status = FileStatus(system.path(device)), status.isCharacterDevice else { return false }
        let drivers = TerminalDriver.all(in: system)
        return drivers.isEmpty || drivers.contains { $0.major == status.major }
    }

    private static func noPort(_ port: SerialPort, _ device: String) -> Finding {
        .failure(
            .serial, port.bus, Message(zh: "\(device) 不是串口", en: "\(device) is no serial port"),
            next: Message(
                zh: "改 [modbus.\(port.bus)] 的 serial；ls /dev/serial/by-id 列出转换器",
                en: "correct `serial` in [modbus.\(port.bus)]; ls /dev/serial/by-id lists the adapters"))
    }

    // MARK: Named

    /// Warns of unstable names: USB adapters are numbered in the order of plugging, but their links stay.
    private static func name(_ port: SerialPort, _ device: String, in booth: Circumstances) -> [Finding] {
        guard port.path.hasPrefix("/dev/ttyUSB") || port.path.hasPrefix("/dev/ttyACM") else { return [] }
        let link = SerialPort.links(in: booth.system).first { $0.device == device }?.link
        return [
            .warning(
                .serial, port.bus,
                Message(
                    zh: "\(port.path) 的编号重新插拔后会变", en: "the number of \(port.path) changes when it is plugged in again"),
                next: link.map {
                    Message(
                        zh: "在 [modbus.\(port.bus)] 写 serial = \"\($0)\"",
                        en: "write serial = \"\($0)\" in [modbus.\(port.bus)]")
                }
                    ?? Message(
                        zh: "改用 /dev/serial/by-id 或 by-path 下的名称", en: "use a name under /dev/serial/by-id or by-path"))
        ]
    }

    // MARK: The kernel's console

    private static func console(_ port: SerialPort, _ device: String, in booth: Circumstances) -> [Finding] {
        let name = device.hasPrefix("/dev/") ? String(device.dropFirst(5)) : device
        let asked = (booth.system.text("/proc/cmdline") ?? "").split(whereSeparator: \.isWhitespace).contains { word in
            word == "console=\(name)" || word.hasPrefix("console=\(name),")
        }
        let active = (booth.system.text("/proc/consoles") ?? "").split(separator: "\n").contains { line in
            line.split(separator: " ").first.map { $0 == name } ?? false
        }
        guard asked || active else { return [] }
        return [
            .warning(
                .serial, port.bus,
                Message(
                    zh: "\(device) 是内核控制台：内核消息会打乱总线",
                    en: "\(device) is the kernel's console: its messages disturb the bus"),
                next: Message(
                    zh: "从内核命令行去掉 console=\(name)，systemctl disable --now serial-getty@\(name)，重新启动",
                    en:
                        "take console=\(name) from the kernel's command line, systemctl disable --now serial-getty@\(name), "
                        + "and start the machine again"))
        ]
    }
}
