// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothScan
import BoothSensing
import Glibc
import Modbus

extension ReadFailure {
    /// The error for a person. Advice about speed and parity is left out for a bus over TCP.
    func message(on bus: ModbusBusConfiguration?) -> Message {
        guard let bus, case .tcp = bus.transport else { return message }
        return switch self {
        case .silent:
            Message(
                zh: "没有应答；请检查单元的电源与地址，以及网关后面的接线：boothctl modbus scan \(bus.name) 会找出来",
                en: "no answer; check the unit's power and address, and the wiring behind the gateway: "
                    + "boothctl modbus scan \(bus.name) finds it")
        case .garbled:
            Message(
                zh: "应答无法识别（长度、单元或事务号不对）；请确认对方是 Modbus TCP，而不是透传的串口服务器",
                en:
                    "the answer is broken (length, unit or transaction); see that it speaks Modbus TCP, and is no serial "
                    + "server that passes RTU frames on")
        default: message
        }
    }

    /// Why this process, not the agent, could not read a bus.
    static func here(_ error: ModbusError, on bus: ModbusBusConfiguration) -> Message {
        if case .serial(let path, _, _, _) = bus.transport, [EACCES, EPERM].contains(error.code) {
            let group = group(of: path) ?? "dialout"
            return Message(
                zh: "无权打开 \(path)：用 sudo，或加入 \(group) 组（usermod -aG \(group) 用户名，重新登录）",
                en: "no permission to open \(path): use sudo, or join the group \(group) "
                    + "(usermod -aG \(group) USER, then log in again)")
        }
        return ReadFailure(error, on: bus.transport).message(on: bus)
    }

    /// The name of the group that owns a device file.
    private static func group(of path: String) -> String? {
        var status = stat()
        // getgrgid returns a static structure, valid until the next call. There is no other call here.
        guard stat(path, &status) == 0, let entry = getgrgid(status.st_gid) else { return nil }
        return String(cString: entry.pointee.gr_name)
    }
}
