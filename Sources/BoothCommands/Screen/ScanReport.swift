// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothScan
import Modbus

/// The result of a scan for people and programs, with lines for the configuration.
struct ScanReport {
    let result: BusScan.Result
    /// The bus as configured.
    let bus: ModbusBusConfiguration
    private let profiles: [BoardProfile]

    /// - Parameter profiles: the boards that were looked for.
    init(_ result: BusScan.Result, on bus: ModbusBusConfiguration, profiles: [BoardProfile]) {
        self.result = result
        self.bus = bus
        self.profiles = profiles
    }

    /// By setting and address; the setting with the most units first.
    var units: [FoundUnit] {
        guard let best else { return result.units.sorted { $0.unit < $1.unit } }
        return result.units.sorted { left, right in
            if left.line == right.line { return left.unit < right.unit }
            if left.line == best || right.line == best { return left.line == best }
            return left.line?.notation ?? "" < right.line?.notation ?? ""
        }
    }

    /// The configured setting; nil over TCP.
    private var configured: SerialLine? {
        guard case .serial(_, let baud, let parity, let stopBits) = bus.transport else { return nil }
        return SerialLine(baud: baud, parity, stopBits: stopBits)
    }

    /// The setting with the most units; the configured one if it has as many.
    private var best: SerialLine? {
        let counts = Dictionary(grouping: result.units.compactMap(\.line), by: { $0 }).mapValues(\.count)
        let most = counts.values.max() ?? 0
        let leading = counts.filter { $0.value == most }.keys
        if let configured, leading.contains(configured) { return configured }
        return result.units.compactMap(\.line).first { leading.contains($0) }
    }

    // MARK: Next step

    /// Lines for boothd.toml; empty if nothing has to change. The user can add all of it to the file. Lines for a table
    /// that exists already are comments, and so are units at another setting than the bus's.
    func toml(in language: Language) -> String {
        var tables: [String] = []
        if let best, best != configured, !units.allSatisfy({ speedless.contains($0.unit) }) {
            let stopBits = best.stopBits == 1 ? [] : ["stop-bits = \(best.stopBits)"]
            let lines = ["baud = \(best.baud)", "parity = \"\(best.parity.word)\""] + stopBits
            tables.append(change("[modbus.\(bus.name)]", lines, in: language))
        }
        for found in units where found.line == best {
            let header = "[modbus.\(bus.name).unit.\(found.unit)]"
            let lines = lines(of: found, in: language)
            guard !lines.isEmpty else { continue }
            let isThere = bus.units[found.unit] != nil
            tables.append(
                isThere ? change(header, lines, in: language) : ([header] + lines).map { $0 + "\n" }.joined())
        }
        let strays = units.filter { $0.line != best && !speedless.contains($0.unit) }.map {
            stray($0).text(in: language)
        }
        if !strays.isEmpty { tables.append(strays.map { "# \($0)\n" }.joined()) }
        return tables.joined(separator: "\n")
    }

    /// Comments with the lines for a table that exists already. A second table of the same name would be an error.
    private func change(_ header: String, _ lines: [String], in language: Language) -> String {
        let what = Message(zh: "在已有的 \(header) 里改为：", en: "change in \(header), which is there already:")
        let inner = lines.map { $0.hasPrefix("#") ? "\($0)\n" : "#   \($0)\n" }
        return "# \(what.text(in: language))\n" + inner.joined()
    }

    /// Whether the file already names a profile that the unit's answers do not contradict.
    private func hasFittingProfile(_ found: FoundUnit) -> Bool {
        guard let name = bus.units[found.unit]?.profile else { return false }
        let fitting = [found.identity.profile?.name].compactMap { $0 } + found.identity.others
        // A profile without signs cannot be contradicted.
        return fitting.contains(name) || profiles.first { $0.name == name }?.signs.isEmpty != false
    }

    /// The keys of a unit that are missing or different in the file.
    private func lines(of found: FoundUnit, in language: Language) -> [String] {
        var lines: [String] = []
        let isKnown = hasFittingProfile(found)
        if !isKnown, let named = bus.units[found.unit]?.profile {
            let wrong = Message(
                zh: "文件写的型号 \(named) 与应答不符", en: "the file names \(named), which does not fit what it answers")
            lines.append("# \(wrong.text(in: language))")
        }
        if !isKnown, let profile = found.identity.profile {
            let others = found.identity.others.joined(separator: ", ")
            let doubt = Message(zh: "应答相同的还有：\(others)", en: "these answer alike: \(others)")
            let line = "profile = \"\(profile.name)\"" + (others.isEmpty ? "" : "    # \(doubt.text(in: language))")
            let label = Message(zh: "可能是；看模块标签", en: "may be; see its label")
            lines.append(found.identity.isDoubtful ? "# \(line)    # \(label.text(in: language))" : line)
        }
        if let timeout = longerTimeout(for: found) {
            let took = Message(
                zh: "最慢 \(found.delay.milliseconds) ms 才应答", en: "it took up to \(found.delay.milliseconds) ms")
            lines.append("response-timeout = \"\(timeout)ms\"    # \(took.text(in: language))")
        }
        return lines
    }

    /// A longer response timeout in milliseconds, twice the unit's time; nil if the current one is 1.5 times that time
    /// or more.
    private func longerTimeout(for found: FoundUnit) -> Int64? {
        guard found.delay * 3 / 2 > bus.responseTimeout(of: found.unit) else { return nil }
        return min(60_000, (found.delay.milliseconds * 2 + 49) / 50 * 50)
    }

    private func stray(_ found: FoundUnit) -> Message {
        let (here, there) = (found.line?.notation ?? "", best?.notation ?? "")
        return Message(
            zh: "单元 \(found.unit) 在 \(here)：用厂家工具或拨码改为 \(there)，一条总线只有一种设置",
            en:
                "unit \(found.unit) is at \(here): set it to \(there) by its maker's tool or switches, a bus has one setting"
        )
    }

    /// More advice for the technician.
    func hints(isLoanOver: Bool, all: Bool) -> [Message] {
        var hints: [Message] = []
        if let failure = result.failure {
            let message = ReadFailure.here(failure, on: bus)
            hints.append(Message(zh: "扫描提前结束：\(message.zh)", en: "the scan ended early: \(message.en)"))
        } else if isLoanOver {
            hints.append(
                Message(
                    zh: "扫描提前结束：boothd 停止或重新读取了配置，收回了总线；请再扫描一次",
                    en: "the scan ended early: boothd stopped or reloaded, and took the bus back; scan again"))
        } else if result.units.isEmpty, result.isComplete {
            hints.append(nothing(all: all))
        }
        if !result.noisy.isEmpty {
            let places = result.noisy.map(\.notation).joined(separator: ", ")
            hints.append(
                Message(
                    zh: "在 \(places) 收到残缺的帧：地址重复的单元、另一个主站，或接线与终端电阻有问题",
                    en:
                        "broken frames at \(places): two units of one address, another master, or wiring and termination"
                ))
        }
        if !speedless.isEmpty {
            let list = speedless.map(String.init)
            let units =
                speedless.count == 1 ? "unit \(list[0]) answers" : "units \(list.joined(separator: ", ")) answer"
            hints.append(
                Message(
                    zh: "单元 \(list.joined(separator: "、")) 在多种波特率下都应答：这条线路没有真正的波特率（伪终端或自适应转换器），"
                        + "保持原设置即可；若是真实的串口，则有几个单元地址相同：逐个接上扫描，再改地址",
                    en:
                        "\(units) at several speeds: this line has none of its own (a pseudo-terminal, or a converter that "
                        + "adapts), leave it as it is configured; on a real one there are several units of that address: "
                        + "scan them one by one, and change it"))
        }
        if configured == nil, result.units.count > 200 {
            hints.append(
                Message(
                    zh: "几乎每个地址都应答：这是一台不看地址的设备，不是网关；用 unit = 1 或手册所写的",
                    en:
                        "nearly every address answers: one device that does not look at it, and no gateway; write unit = 1, "
                        + "or what its manual says"))
        }
        return hints
    }

    private func nothing(all: Bool) -> Message {
        guard configured != nil else {
            return Message(
                zh: "没有单元应答；检查网关后面的接线，把 --timeout 设得比网关自己的超时长",
                en: "nothing answers; check what is behind the gateway, and give --timeout more than the gateway's own")
        }
        return Message(
            zh: "没有单元应答；检查电源、A/B 极性、GND，再试 --timeout 200ms" + (all ? "" : " 或 --all"),
            en: "nothing answers; check power, A and B, and the ground, then try --timeout 200ms"
                + (all ? "" : " or --all"))
    }

    /// The units found at several settings, by address.
    private var speedless: [Int] {
        Dictionary(grouping: result.units, by: \.unit).filter { $0.value.count > 1 }.keys.sorted()
    }

    // MARK: Programs

    /// `{"units":[…],"complete":true,"configuration":"…"}`
    var json: String {
        JSONText.encode(
            Document(
                units: units.map(Document.Unit.init), complete: result.isComplete,
                configuration: toml(in: .english)))
    }

    private struct Document: Encodable {
        struct Unit: Encodable {
            var found: FoundUnit

            init(_ found: FoundUnit) { self.found = found }

            enum CodingKeys: String, CodingKey {
                case unit, baud, parity
                case stopBits = "stop_bits"
                case profile, title
                case titleInChinese = "title_zh"
                case alsoFits = "also_fits"
                case isDoubtful = "doubtful"
                case evidence
                case evidenceInChinese = "evidence_zh"
            }

            // Unknown values are written as null.
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(found.unit, forKey: .unit)
                try container.encode(found.line?.baud, forKey: .baud)
                try container.encode(found.line?.parity.word, forKey: .parity)
                try container.encode(found.line?.stopBits, forKey: .stopBits)
                try container.encode(found.identity.profile?.name, forKey: .profile)
                try container.encode(found.identity.profile?.title.en, forKey: .title)
                try container.encode(found.identity.profile?.title.zh, forKey: .titleInChinese)
                try container.encode(found.identity.others, forKey: .alsoFits)
                try container.encode(found.identity.isDoubtful, forKey: .isDoubtful)
                try container.encode(found.evidenceText.en, forKey: .evidence)
                try container.encode(found.evidenceText.zh, forKey: .evidenceInChinese)
            }
        }

        var units: [Unit]
        var complete: Bool
        var configuration: String
    }
}

extension Duration {
    /// Whole milliseconds.
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}

extension SerialLine.Parity {
    /// The word in the configuration.
    var word: String {
        switch self {
        case .none: "none"
        case .even: "even"
        case .odd: "odd"
        }
    }
}
