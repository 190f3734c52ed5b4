// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothModel
import GPIO
import Glibc

/// The chips of a machine with their lines, and which of them the configuration uses.
package struct GPIOListing: Sendable {
    /// One chip, or why it cannot be opened.
    package struct Chip: Sendable {
        package var path: String
        /// The kernel's name and the driver's label; nil if it cannot be opened.
        package var name: String?
        package var label: String?
        /// Why it cannot be opened, and the next step; nil if it can.
        package var obstacle: Message?
        package var lines: [Line]
    }

    /// One line.
    package struct Line: Sendable {
        package var info: GPIOLineInfo
        /// The configured points and outputs on it.
        package var users: [String]
    }

    /// By number.
    package var chips: [Chip]
    /// Configured chips and lines that do not exist, or why that is unknown.
    package var notes: [Message]

    /// Lists every chip of the machine.
    ///
    /// - Parameter configuration: the agent's file. If it cannot be read, no users are shown.
    package init(system: SystemFiles = SystemFiles(), configuration path: String) {
        let survey = ConfigurationFile.survey(path: path)
        let wanted = survey.configuration.map(ConfiguredChip.all) ?? []
        let listed = GPIOChip.list(in: system.path("/dev"))
        chips = listed.map { Self.chip($0, wanted, listed, system) }
        if access(path, R_OK) != 0, errno == EACCES {
            notes = [
                Message(
                    zh: "当前用户无权读取 \(path)，没有标出点位：用 sudo",
                    en: "this user may not read \(path), so no points are marked: use sudo")
            ]
            return
        }
        notes = wanted.filter { chip in !listed.contains { chip.matches($0, in: system) } }.map { chip in
            Message(
                zh: "配置的 [gpio.\(chip.chip.name)] \(chip.chip.chip) 不在其中",
                en: "[gpio.\(chip.chip.name)] \(chip.chip.chip) of the configuration is not among them")
        }
    }

    private static func chip(
        _ listed: ListedChip, _ wanted: [ConfiguredChip], _ all: [ListedChip], _ system: SystemFiles
    ) -> Chip {
        let path = system.name(of: listed.path)
        switch listed.chip {
        case .failure(let error):
            return Chip(path: path, name: nil, label: nil, obstacle: obstacle(error), lines: [])
        case .success(let chip):
            // If several chips match, the agent uses the first.
            let here = wanted.filter { one in all.first { one.matches($0, in: system) }?.path == listed.path }
            let lines = chip.lines.map { info in
                Line(info: info, users: here.flatMap(\.lines).filter { chip.line($0.line) == info }.map(\.user))
            }
            return Chip(path: path, name: chip.name, label: chip.label, obstacle: nil, lines: lines)
        }
    }

    private static func obstacle(_ error: GPIOChipSearchError) -> Message {
        switch error {
        case .denied(_, let group):
            Message(
                zh: "无权打开（属组 \(group)）：用 sudo，或加入该组",
                en: "permission denied (group \(group)): use sudo, or join that group")
        case .failed(_, let cause):
            Message(
                zh: "不能打开：\(cause)；它是 GPIO 芯片吗？", en: "cannot be opened: \(cause); is it a GPIO chip?")
        // A listed chip cannot be missing, unless it was just unplugged.
        case .missing: Message(zh: "已拔下", en: "gone")
        }
    }
}

extension GPIOListing {
    /// `{"chips":[{"path":…,"name":…,"label":…,"error":null,"lines":[…]}]}`
    package var json: String {
        JSONText.encode(Document(chips: chips.map(Document.Chip.init)))
    }
}

/// The listing for programs.
private struct Document: Encodable {
    struct Chip: Encodable {
        var path: String
        var chip: GPIOListing.Chip

        enum CodingKeys: String, CodingKey {
            case path, name, label, error
            case errorInChinese = "error_zh"
            case lines
        }

        init(_ chip: GPIOListing.Chip) {
            path = chip.path
            self.chip = chip
        }

        // Every key is written, as null if it has no value.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(path, forKey: .path)
            try container.encode(chip.name, forKey: .name)
            try container.encode(chip.label, forKey: .label)
            try container.encode(chip.obstacle?.en, forKey: .error)
            try container.encode(chip.obstacle?.zh, forKey: .errorInChinese)
            try container.encode(chip.lines.map(Line.init), forKey: .lines)
        }
    }

    struct Line: Encodable {
        var line: GPIOListing.Line

        init(_ line: GPIOListing.Line) { self.line = line }

        enum CodingKeys: String, CodingKey {
            case offset, name, direction, active, bias, used, consumer
            case configured
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(line.info.offset, forKey: .offset)
            try container.encode(line.info.name, forKey: .name)
            try container.encode(line.info.isOutput ? "output" : "input", forKey: .direction)
            try container.encode(line.info.isActiveLow ? "low" : "high", forKey: .active)
            try container.encode(line.info.bias.rawValue, forKey: .bias)
            try container.encode(line.info.isUsed, forKey: .used)
            try container.encode(line.info.consumer, forKey: .consumer)
            try container.encode(line.users, forKey: .configured)
        }
    }

    var chips: [Chip]
}
