// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Modbus

extension DeviceFault {
    /// Why a bus cannot be opened or was lost, and the next step.
    static func bus(_ transport: ModbusBusConfiguration.Transport, _ error: ModbusError) -> DeviceFault {
        switch transport {
        case .serial(let path, _, _, _): serial(path, error)
        case .tcp(let host, let port): tcp(host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)", host, error)
        }
    }

    private static func serial(_ path: String, _ error: ModbusError) -> DeviceFault {
        if error.isEcho {
            return DeviceFault(
                .echo,
                Message(
                    zh: "\(path) 收到自己发出的请求（本地回显）；请在转换器上关闭回显，或改用自动收发切换的转换器",
                    en: """
                        \(path) hears its own requests (local echo); switch the echo off at the adapter, or use one \
                        that turns round by itself
                        """))
        }
        return switch error.code {
        case ENOENT, ENODEV, ENXIO:
            DeviceFault(
                .missing,
                Message(
                    zh: "串口 \(path) 不存在；请插好转换器，或改用 ls /dev/serial/by-id 列出的路径",
                    en: "\(path) is not there; plug in the adapter, or name the path that ls /dev/serial/by-id shows"))
        case EACCES, EPERM:
            DeviceFault(
                .denied,
                Message(
                    zh: "没有打开 \(path) 的权限；请把运行 boothd 的用户加入 dialout 组",
                    en: "\(path) may not be opened; add the user that boothd runs as to the group dialout"))
        case EBUSY, EWOULDBLOCK:
            DeviceFault(
                .busy,
                Message(
                    zh: "\(path) 已被其他程序占用；用 fuser \(path) 找到该程序并停止它",
                    en: "\(path) is held by another program; fuser \(path) names it, stop it"))
        case ENOTTY, EISDIR, EINVAL:
            DeviceFault(
                .refused,
                Message(
                    zh: "\(path) 不是可用的串口；请改用 ls /dev/serial/by-id 列出的路径",
                    en: "\(path) is no serial line; name the path that ls /dev/serial/by-id shows"))
        default: disconnected(path, error)
        }
    }

    private static func tcp(_ place: String, _ host: String, _ error: ModbusError) -> DeviceFault {
        if error.operation == .resolve {
            return DeviceFault(
                .missing,
                Message(
                    zh: "找不到主机 \(host)；请检查名称和 DNS，或改用 IP 地址",
                    en: "the host \(host) is unknown; check the name and the DNS, or give its address"))
        }
        switch error.code {
        case ECONNREFUSED:
            return DeviceFault(
                .refused,
                Message(
                    zh: "\(place) 拒绝连接；请检查设备是否开机、端口是否正确",
                    en: "\(place) refuses the connection; check that the device is on and the port is right"))
        case EINPROGRESS, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH:
            return DeviceFault(
                .silent,
                Message(
                    zh: "\(place) 没有响应；请检查网线、交换机和设备电源",
                    en: "\(place) does not answer; check the cable, the switch and the device's power"))
        default: return disconnected(place, error)
        }
    }

    private static func disconnected(_ place: String, _ error: ModbusError) -> DeviceFault {
        DeviceFault(
            .disconnected,
            Message(
                zh: "与 \(place) 的连接中断（\(error)）；请检查接线和电源，连接会自动恢复",
                en: "the connection to \(place) broke (\(error)); check wiring and power, it is opened again by itself")
        )
    }

    /// The guard register has the wrong value: another unit answers.
    static func wrongGuard(_ read: ReadRequest, of bus: String, _ expected: UInt16) -> DeviceFault {
        DeviceFault(
            .implausible,
            Message(
                zh: "总线 \(bus) 单元 \(read.unit) 的校验寄存器 \(read.address) 不是 \(expected)；请核对单元地址和接线",
                en: """
                    the guard register \(read.address) of unit \(read.unit) on bus \(bus) does not read \(expected); \
                    check the unit's address and the wiring
                    """))
    }

    /// The unit answers other requests, but not this address.
    static func silentAddress(_ point: PolledPoint) -> DeviceFault {
        let source = point.source
        return DeviceFault(
            .silent,
            Message(
                zh: """
                    \(point.id)：总线 \(source.bus) 单元 \(source.unit) 对 \(source.table.rawValue) \(source.address) \
                    没有应答，对其他请求有；请查阅其手册，核对表与地址
                    """,
                en: """
                    \(point.id): unit \(source.unit) on bus \(source.bus) answers others, but not \
                    \(source.table.rawValue) \(source.address); see its manual, check table and address
                    """))
    }

    /// The unit has no such address.
    static func refusedAddress(_ point: PolledPoint, _ error: ModbusError) -> DeviceFault {
        let source = point.source
        let exception = error.exception ?? 0
        return DeviceFault(
            .refused,
            Message(
                zh: """
                    \(point.id)：总线 \(source.bus) 单元 \(source.unit) 没有 \(source.table.rawValue) \(source.address)\
                    （异常码 \(exception)）；请查阅其手册，核对表与地址
                    """,
                en: """
                    \(point.id): unit \(source.unit) on bus \(source.bus) has no \(source.table.rawValue) \
                    \(source.address) (exception \(exception)); see its manual, check table and address
                    """))
    }

    /// The unit refuses to read its guard register.
    static func refusedGuard(_ read: ReadRequest, of bus: String, _ error: ModbusError) -> DeviceFault {
        let exception = error.exception ?? 0
        return DeviceFault(
            .refused,
            Message(
                zh: "总线 \(bus) 单元 \(read.unit) 没有校验寄存器 \(read.address)（异常码 \(exception)）；请更正其 guard",
                en: """
                    unit \(read.unit) on bus \(bus) has no guard register \(read.address) (exception \(exception)); \
                    correct its guard
                    """))
    }

    static func lateUnit(_ unit: Int, of bus: String, _ timeout: Duration) -> DeviceFault {
        DeviceFault(
            .silent,
            Message(
                zh: "总线 \(bus) 上的单元 \(unit) 有应答，但晚于 \(timeout.milliseconds) ms；请为它设置更长的 response-timeout",
                en: """
                    unit \(unit) on bus \(bus) answers, but later than \(timeout.milliseconds) ms; give it a longer \
                    response-timeout
                    """))
    }

    /// Why a unit counts as lost.
    static func unit(_ unit: Int, of configuration: ModbusBusConfiguration, _ error: ModbusError) -> DeviceFault {
        let bus = configuration.name
        if let mismatch = error.mismatch { return strange(mismatch, unit, of: bus) }
        if error.isBadFrame {
            return DeviceFault(
                .silent,
                Message(
                    zh: "总线 \(bus) 上单元 \(unit) 的应答都是坏帧；请检查终端电阻、A/B 线、屏蔽和波特率",
                    en:
                        "all answers of unit \(unit) on bus \(bus) are broken; check termination, A and B, shield, baud rate"
                ))
        }
        if let exception = error.exception, exception == 5 || exception == 6 {
            return DeviceFault(
                .refused,
                Message(
                    zh: "总线 \(bus) 上的单元 \(unit) 一直回复“忙”（异常码 \(exception)）；请加大 poll，或重启该单元",
                    en:
                        "unit \(unit) on bus \(bus) is always busy (exception \(exception)); poll it less often, or restart it"
                ))
        }
        if let exception = error.exception, exception < 10 {
            return DeviceFault(
                .refused,
                Message(
                    zh: "总线 \(bus) 上的单元 \(unit) 只回复异常码 \(exception)；请查阅其手册并重启该单元",
                    en: "unit \(unit) on bus \(bus) answers exception \(exception) only; see its manual, restart it"))
        }
        if error.operation == .selectUnit {
            return DeviceFault(
                .refused,
                Message(
                    zh: "总线 \(bus) 上的单元地址 \(unit) 无法使用；请改为 1 到 247",
                    en: "unit \(unit) on bus \(bus) cannot be addressed; give it an address from 1 to 247"))
        }
        if case .tcp = configuration.transport { return silentOverTCP(unit, of: bus) }
        return DeviceFault(
            .silent,
            Message(
                zh: "总线 \(bus) 上的单元 \(unit) 没有应答；请检查其电源、接线、地址和波特率",
                en: "unit \(unit) on bus \(bus) does not answer; check its power, wiring, address and baud rate"))
    }

    /// The connection stands, and nothing comes.
    private static func silentOverTCP(_ unit: Int, of bus: String) -> DeviceFault {
        DeviceFault(
            .silent,
            Message(
                zh: "总线 \(bus) 已连上，但单元 \(unit) 没有应答；请检查其电源和单元地址；经串口网关的，还要查网关后面的接线和波特率",
                en: """
                    bus \(bus) is connected, but unit \(unit) does not answer; check its power and unit number, and behind a \
                    serial gateway the wiring and baud rate there
                    """))
    }

    /// Something answers over TCP, but not what was asked.
    private static func strange(_ mismatch: ModbusError.Mismatch, _ unit: Int, of bus: String) -> DeviceFault {
        switch mismatch {
        case .transaction(let number):
            DeviceFault(
                .silent,
                Message(
                    zh: "总线 \(bus) 上单元 \(unit) 的应答带的事务号是 \(number)，不是请求的事务号，因此不采信；请升级网关或板卡的固件，或更换",
                    en: """
                        the answers of unit \(unit) on bus \(bus) carry transaction \(number), not that of the request, \
                        so they are not believed; update the gateway or board, or take another
                        """))
        case .unit(let other):
            DeviceFault(
                .silent,
                Message(
                    zh: "总线 \(bus) 上问的是单元 \(unit)，回答的却是单元 \(other)，因此不采信；请更正配置或设备上的单元地址",
                    en: """
                        unit \(unit) on bus \(bus) is asked, and unit \(other) answers, which is not believed; correct the \
                        unit number in the configuration or at the device
                        """))
        case .form:
            DeviceFault(
                .silent,
                Message(
                    zh: "总线 \(bus) 上单元 \(unit) 的应答不是 Modbus TCP 帧；请检查端口，以及网关是否设为 Modbus TCP（而不是透传）",
                    en: """
                        what comes from unit \(unit) on bus \(bus) is not Modbus TCP; check the port, and that the gateway \
                        converts to Modbus TCP and does not pass serial frames through
                        """))
        }
    }
}
