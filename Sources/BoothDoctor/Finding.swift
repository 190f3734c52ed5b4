// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One result of the examination.
package struct Finding: Sendable, Hashable {
    /// How serious it is.
    package enum Level: String, Sendable, CaseIterable {
        case ok
        /// The booth works, but something needs attention, or could not be checked.
        case warning
        /// A part of the booth's work is not done, or will not be done after the next power cut.
        case failure
    }

    package var level: Level
    /// The area that it belongs to.
    package var area: Area
    /// The subject, named as in the configuration or the system: `line HELP1`, `/dev/ttyUSB0`.
    package var subject: String
    package var message: Message
    /// The next step; nil if nothing is wrong.
    package var next: Message?

    /// Nothing is wrong.
    package static func ok(_ area: Area, _ subject: String, _ message: Message) -> Finding {
        Finding(level: .ok, area: area, subject: subject, message: message, next: nil)
    }

    /// Needs attention, or could not be checked.
    package static func warning(_ area: Area, _ subject: String, _ message: Message, next: Message) -> Finding {
        Finding(level: .warning, area: area, subject: subject, message: message, next: next)
    }

    /// Does not work.
    package static func failure(_ area: Area, _ subject: String, _ message: Message, next: Message) -> Finding {
        Finding(level: .failure, area: area, subject: subject, message: message, next: next)
    }
}

/// An area of the examination, in order. A problem in an earlier area often causes those in later areas.
package enum Area: String, Sendable, CaseIterable {
    case service, configuration, permissions, gpio, serial, modbus, credentials, storage, clock, versions

    /// The heading for people.
    package var title: Message {
        switch self {
        case .service: Message(zh: "服务", en: "Service")
        case .configuration: Message(zh: "配置", en: "Configuration")
        case .permissions: Message(zh: "权限", en: "Permissions")
        case .gpio: Message(zh: "GPIO 芯片与线路", en: "GPIO chips and lines")
        case .serial: Message(zh: "串口", en: "Serial ports")
        case .modbus: Message(zh: "Modbus 总线与单元", en: "Modbus buses and units")
        case .credentials: Message(zh: "证书与密钥", en: "Certificates and keys")
        case .storage: Message(zh: "磁盘与挂载", en: "Disk and mounts")
        case .clock: Message(zh: "时钟", en: "Clock")
        case .versions: Message(zh: "版本", en: "Versions")
        }
    }
}

extension Message {
    /// The same in both languages: a command, a path.
    static func plain(_ text: String) -> Message { Message(zh: text, en: text) }

    /// The next step for checks that need root.
    static let useSudo = Message(zh: "用 sudo boothctl doctor 再看一次", en: "look again with sudo boothctl doctor")
}
