// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Log entries on devices, links, the disk and the configuration.
extension LogEntry {
    static func found(_ device: DeviceID) -> LogEntry {
        LogEntry(
            .notice, .deviceFound, Message(zh: "\(device)：恢复正常", en: "\(device): found again"),
            [.device: device.rawValue])
    }

    static func lost(_ device: DeviceID, _ fault: DeviceFault) -> LogEntry {
        LogEntry(
            .warning, .deviceLost,
            Message(zh: "\(device)：\(fault.message.zh)", en: "\(device): \(fault.message.en)"),
            [.device: device.rawValue])
    }

    /// - Parameter isCounting: whether the point's unit counts its presses.
    static func missed(_ missed: MissedEdges, isCounting: Bool) -> LogEntry {
        LogEntry(
            .warning, .edgesMissed, isCounting ? counterReset(missed.point) : edgesLost(missed),
            [.point: missed.point.rawValue])
    }

    private static func edgesLost(_ missed: MissedEdges) -> Message {
        let (zh, en) = missed.count.map { ("\($0) 次", "\($0)") } ?? ("若干次", "some")
        return Message(
            zh: "\(missed.point)：内核丢失了\(zh)变化，现状已重新读取",
            en: "\(missed.point): the kernel lost \(en) edges; the level was read again")
    }

    private static func counterReset(_ point: PointID) -> Message {
        Message(
            zh: "\(point)：计数器被清零或跳变，此前的动作可能漏计；请检查该单元的电源",
            en: "\(point): its counter began anew or leapt, presses before that may be lost; check the unit's power")
    }

    static func link(of target: TargetID, _ state: LinkState) -> LogEntry {
        let fields: [Field: String?] = [.target: target.rawValue]
        switch state {
        case .ok: return LogEntry(.notice, .linkWell, Message(zh: "\(target)：正常", en: "\(target): ok"), fields)
        case .retrying(let cause):
            return LogEntry(
                .warning, .linkRetrying, Message(zh: "\(target)：\(cause.zh)", en: "\(target): \(cause.en)"), fields)
        case .refused(let cause):
            return LogEntry(
                .error, .linkRefused, Message(zh: "\(target)：\(cause.zh)", en: "\(target): \(cause.en)"), fields)
        }
    }

    /// - Returns: nil if no line is needed. A platform that does not answer is logged by its link for events.
    static func taskLink(
        of target: TargetID, _ state: LinkState, before: LinkState?, hasAuthority: Bool
    ) -> LogEntry? {
        let fields: [Field: String?] = [.target: target.rawValue]
        switch state {
        case .refused(let cause):
            return LogEntry(
                hasAuthority ? .error : .info, .taskLinkRefused, taskChannel(of: target, cause), fields)
        case .ok:
            guard case .refused = before else { return nil }
            return LogEntry(
                hasAuthority ? .notice : .info, .taskLinkWell,
                taskChannel(of: target, Message(zh: "正常", en: "ok")), fields)
        case .retrying: return nil
        }
    }

    static func taskChannel(of target: TargetID, _ words: Message) -> Message {
        Message(zh: "\(target) 的任务通道：\(words.zh)", en: "tasks of \(target): \(words.en)")
    }

    static func rejection(of receipt: Receipt, _ reason: String, by target: TargetID) -> LogEntry {
        LogEntry(
            .error, .eventRejected,
            Message(
                zh: "\(target) 拒收事件 \(receipt.id)：\(reason)", en: "\(target) rejected event \(receipt.id): \(reason)"),
            [.target: target.rawValue, .event: "\(receipt.id)"])
    }

    static func storage(_ state: StorageState) -> LogEntry {
        guard let message = state.message else {
            return LogEntry(.notice, .storageWell, Message(zh: "日志恢复写入", en: "the journal is written again"))
        }
        return LogEntry(.error, .storageFailed, message)
    }

    /// Damage that was found when the journal was opened.
    static func entries(on contents: JournalContents) -> [LogEntry] {
        var entries: [LogEntry] = []
        if let path = contents.setAside {
            entries.append(
                LogEntry(
                    .error, .journalDamaged,
                    Message(
                        zh: "日志损坏，已移到 \(path)，能读出的已取回；请把它交给维护人员",
                        en: """
                            the journal was damaged and set aside as \(path); what could be read was taken over; \
                            give that file to maintenance
                            """)))
        }
        if contents.unreadable > 0 {
            entries.append(
                LogEntry(
                    .error, .journalDamaged,
                    Message(
                        zh: "日志中有 \(contents.unreadable) 行读不懂，保留原样",
                        en: "this version cannot read \(contents.unreadable) rows of the journal; they stay as they are"
                    )))
        }
        return entries
    }

    static func loop(_ change: LoopChange, at now: Moment) -> LogEntry {
        switch change {
        case .stalled(let loop): LogEntry(.error, .loopStalled, loop.words(at: now), [.loop: loop.name])
        case .recovered(let name):
            LogEntry(
                .notice, .loopRecovered, Message(zh: "线程 \(name) 恢复工作", en: "the loop \(name) goes on"), [.loop: name])
        }
    }

    static func configurationWrong(_ words: Message) -> LogEntry {
        LogEntry(.error, .configurationWrong, words, [.device: DeviceID.configuration.rawValue])
    }
}
