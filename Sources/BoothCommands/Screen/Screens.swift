// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

/// The tables of `boothctl`.
struct Screens {
    let words: Words

    init(_ language: Language) {
        words = Words(language: language)
    }

    func points(_ points: [PointStatus], indent: Int = 0) -> String {
        if points.isEmpty { return none(indent) }
        var table = Table(
            [
                words("点位", "POINT"), words("类型", "KIND"), words("名称", "NAME"), words("状态", "STATE"),
                words("原值", "VALUE"), words("质量", "QUALITY"), words("自", "SINCE"),
            ], numbers: [4])
        for point in points {
            table.add([
                point.id.rawValue, words.name(point.kind), point.name, words.name(point.state),
                point.value.map(String.init) ?? "–", words.name(point.quality), words.time(point.since),
            ])
        }
        return table.text(indent: indent)
    }

    func incidents(_ incidents: [IncidentStatus]) -> String {
        if incidents.isEmpty { return none(0) }
        var table = Table(
            [
                words("事件", "INCIDENT"), words("发生", "OPENED"), words("类别", "CATEGORY"), words("来源", "FROM"),
                words("级", "PRI"), words("次数", "COUNT"), words("状态", "STATE"), words("送达", "DELIVERY"),
            ], numbers: [4, 5])
        for incident in incidents {
            table.add([
                incident.incident.description, words.time(incident.opened), words.name(incident.category),
                incident.point?.rawValue ?? incident.device?.rawValue ?? "–", String(incident.priority.rawValue),
                String(incident.count), state(of: incident), delivery(of: incident),
            ])
        }
        return table.text()
    }

    /// `raised, restored, test`
    func state(of incident: IncidentStatus) -> String {
        var parts = [words.name(incident.state)]
        if incident.restored { parts.append(words("已恢复", "restored")) }
        if incident.test { parts.append(words("测试", "test")) }
        return parts.joined(separator: words("、", ", "))
    }

    /// `police accepted JQ20261121-0007, grid queued`
    private func delivery(of incident: IncidentStatus) -> String {
        incident.targets.map { target in
            [target.target.rawValue, words.name(target.delivery), target.ticket].compactMap { $0 }
                .joined(separator: " ")
        }.joined(separator: words("、", ", "))
    }

    func queue(_ targets: [TargetQueue]) -> String {
        targets.map { target in
            let heading =
                target.target.rawValue
                + words(
                    "：待发 \(target.queued)，拒收 \(target.rejected)",
                    ": \(target.queued) queued, \(target.rejected) rejected")
            return heading.printable + "\n" + items(target.items)
        }.joined(separator: "\n")
    }

    private func items(_ items: [TargetQueue.Item]) -> String {
        if items.isEmpty { return "" }
        var table = Table(
            [
                words("编号", "ID"), words("类型", "TYPE"), words("序号", "SEQUENCE"), words("送达", "DELIVERY"),
                words("次数", "ATTEMPTS"), words("原因", "REASON"),
            ], numbers: [4])
        for item in items {
            table.add([
                item.id.description, EventLine.name(ofType: item.type, words), item.sequence, words.name(item.delivery),
                String(item.attempts), item.reason ?? "",
            ])
        }
        return table.text(indent: 2)
    }

    func targets(_ targets: [TargetStatus], indent: Int) -> String {
        if targets.isEmpty { return none(indent) }
        var table = Table(
            [
                words("平台", "TARGET"), words("状态", "STATE"), words("待发", "QUEUED"), words("拒收", "REJECTED"),
                words("原因", "REASON"),
            ], numbers: [2, 3])
        for target in targets {
            table.add([
                target.id.rawValue, words.name(target.state), String(target.queued), String(target.rejected),
                target.lastError?.text(in: words.language) ?? "",
            ])
        }
        return table.text(indent: indent)
    }

    private func none(_ indent: Int) -> String {
        String(repeating: " ", count: indent) + words("（无）", "(none)") + "\n"
    }
}
