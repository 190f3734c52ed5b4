// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

extension Screens {
    /// The result of checking the journal's chain, and the next step if something is wrong.
    func verification(_ reply: VerifyReply) -> String {
        var text = row(
            "范围", "Checked",
            reply.full ? words("保存的全部", "all that is kept") : words("上一份日报以来", "since the last daily report"))
        text += row("最早", "Oldest", place(reply.oldest))
        text += row("最新", "Newest", place(reply.newest))
        text += row("消息", "Events", words("查了 \(reply.checked) 条", "\(reply.checked) looked at"))
        text += row("链头", "Head", head(reply.head))
        text += row("日报", "Reports", words("\(reply.reports) 份相符", "\(reply.reports) agree"))
        if let reported = reply.reported { text += row("", "", words("最近一份：", "the last: ") + head(reported)) }
        guard let problem = reply.problem else {
            return text
                + row("结论", "Result", words("与当初的记录一致", "all of it is what was recorded"))
        }
        let (verdict, next) = Self.verdict(on: problem, at: reply.at ?? 0)
        text += row("结论", "Result", verdict.text(in: words.language))
        return text + "→ \(next.text(in: words.language))\n"
    }

    /// `1024  2026-11-21 08:15:30`
    private func place(_ place: VerifyReply.Place?) -> String {
        place.map { "\($0.event)  \(words.time($0.time))" } ?? "–"
    }

    /// `1024  9f86…`
    private func head(_ head: ChainHead) -> String {
        head.events > 0 ? "\(head.events)  \(head.head.printable)" : "–"
    }

    private static func verdict(on problem: VerifyReply.Problem, at event: Int64) -> (verdict: Message, next: Message) {
        switch problem {
        case .changed:
            (Message(zh: "第 \(event) 条不是当初记录的内容", en: "event \(event) is not what was recorded"), setAside)
        case .missing:
            (Message(zh: "缺少第 \(event) 条，也可能更多", en: "event \(event) is missing, and maybe more"), setAside)
        case .unreadable:
            (
                Message(zh: "第 \(event) 条起有一页损坏", en: "from event \(event) on a page is damaged"),
                setAside
            )
        case .contradicted:
            (
                Message(
                    zh: "第 \(event) 条的校验值与日报报给平台的不同：日志被人重新算过",
                    en: "event \(event) has another hash than a daily report told the platforms: "
                        + "somebody computed the journal anew"),
                Message(
                    zh: "向平台要日报里的 chain 与此对照；保留状态目录，先不要重装",
                    en:
                        "ask the platform for `chain` of its daily reports and compare; keep the state directory as it is"
                )
            )
        }
    }

    /// The agent handles damage by itself. People can learn more from the file.
    private static let setAside = Message(
        zh: "boothd 会把它移为 journal.sqlite.damaged-TIME，取回能读出的，并告知平台；保留该文件，查磁盘、电源和谁能写它",
        en: "boothd sets it aside as journal.sqlite.damaged-TIME, takes over what can be read and tells the platforms; "
            + "keep that file, and look at the disk, the power and who may write it")
}
