// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothIncidents
import BoothJournal
import BoothModel
import BoothUplink

// How the agent is, for the technician and for systemd.
extension Agent {
    /// Sensing and journal run: tells systemd, and the log.
    func enterService() {
        isInService = true
        let text = statusLine()
        shownStatus = text.en
        announcer.ready(text.en)
        log(.notice, .inService, text)
        keeper?.keep()
    }

    /// Keeps systemd's STATUS= true, once a second at most.
    func showStatus(at now: BootTime) {
        guard now >= showsStatusFrom else {
            hasStatusToShow = true
            return
        }
        hasStatusToShow = false
        let text = statusLine().en
        guard isInService, text != shownStatus else { return }
        shownStatus = text
        showsStatusFrom = now + .seconds(1)
        announcer.status(text)
    }

    /// When a status that came too soon after the last one is due.
    var statusDeadline: BootTime? { hasStatusToShow ? showsStatusFrom : nil }

    private func statusLine() -> Message {
        let waiting = storage.queues.reduce(0) { $0 + $1.queued }
        let reasons = reasons()
        let points = configuration.points.count
        let state =
            reasons.first.map { Message(zh: "降级：\($0.zh)", en: "degraded: \($0.en)") }
            ?? Message(zh: "在用", en: "in service")
        return Message(
            zh: "\(state.zh)；\(points) 个点位，\(storage.open) 起未办结，\(waiting) 条待发",
            en: "\(state.en); \(points) points, \(storage.open) open, \(waiting) queued")
    }

    /// What keeps the agent from being simply in service, worst first.
    private func reasons() -> [Message] {
        var reasons = stalls()
        if let message = storage.storage.message { reasons.append(message) }
        for (device, fault) in deviceFaults.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            reasons.append(Message(zh: "\(device)：\(fault.message.zh)", en: "\(device): \(fault.message.en)"))
        }
        for target in configuration.targets {
            guard let cause = links[target.id]?.cause else { continue }
            reasons.append(Message(zh: "\(target.id)：\(cause.zh)", en: "\(target.id): \(cause.en)"))
        }
        reasons += taskReasons()
        for orphan in orphans {
            reasons.append(
                Message(
                    zh: "\(orphan.count) 条消息等待已不在配置中的目标 \(orphan.target)；把它写回配置才会送出",
                    en: "\(orphan.count) events wait for target \(orphan.target), which the configuration no longer has"
                ))
        }
        if let wrongFile { reasons.append(Self.words(on: wrongFile)) }
        if let omitted { reasons.append(Self.words(onOmitted: omitted)) }
        if let reloadRefusal { reasons.append(reloadRefusal) }
        return reasons
    }

    func statusReply() -> StatusReply {
        let now = clock.now()
        let reasons = reasons()
        return StatusReply(
            booth: configuration.booth.code, name: configuration.booth.name,
            state: !isInService ? .starting : reasons.isEmpty ? .inService : .degraded, inService: isInService,
            reasons: reasons, hints: hints(at: now), bootID: now.bootID, version: Product.version,
            uptimeSeconds: Int((now.boot - started).components.seconds), clock: now.clock,
            timeZone: configuration.booth.timeZone,
            attendance: AttendanceStatus(rules.attendance(at: now)),
            storage: .init(
                state: storage.storage.reply, bytes: storage.bytes, limit: configuration.storageLimit,
                historyFrom: historyFrom, daysLeft: storage.daysLeft),
            points: pointStatuses(), open: storage.open, targets: targetStatuses(),
            faults: deviceFaults.sorted { $0.key.rawValue < $1.key.rawValue }.map { .init(device: $0.key, $0.value) })
    }

    /// How far back the journal's history reaches, RFC 3339; nil where it holds none.
    private var historyFrom: String? {
        storage.historyFrom.map { CivilTime(wallMilliseconds: $0.milliseconds).rfc3339 }
    }

    /// The storage as the heartbeat tells it.
    var storageContent: StatusContent.Storage {
        StatusContent.Storage(
            state: storage.storage.reply.rawValue, bytes: storage.bytes, limit: configuration.storageLimit,
            historyFrom: historyFrom, daysLeft: storage.daysLeft)
    }

    func pointStatuses() -> [PointStatus] {
        let now = clock.now()
        let untested = Set(rules.untestedPoints(at: now))
        return board.all.map { entry in
            let since = entry.reading.map { Stamp(clock.moment(at: $0.at)).time } ?? nil
            return PointStatus(
                entry.point, reading: entry.reading, since: since,
                lastActive: rules.lastActive(of: entry.point.id)?.civilTime(at: now),
                untested: untested.contains(entry.point.id))
        }
    }

    /// What somebody should do while nothing is wrong.
    private func hints(at now: Moment) -> [Message] {
        let points = rules.untestedPoints(at: now).map(\.rawValue)
        let untested = Message(
            zh: "长期没有动作、不知是否完好：\(points.joined(separator: "、"))；请逐个试一次",
            en: "not active for long, nobody knows whether they work: \(points.joined(separator: ", ")); try each once")
        return (points.isEmpty ? [] : [untested]) + unopenedBoxes(at: now)
    }

    /// The weekly duty at the letter box, which has no incident of its own while the box is empty.
    private func unopenedBoxes(at now: Moment) -> [Message] {
        let days = Int(IncidentRules.boxDuty.components.seconds / 86_400)
        return rules.unopenedBoxes(at: now).map { box in
            Message(
                zh: "信箱 \(box) 已有 \(days) 天没有打开；请每周开箱一次",
                en: "the letter box \(box) has not been opened for \(days) days; open it every week")
        }
    }

    private func targetStatuses() -> [TargetStatus] {
        configuration.targets.map { target in
            let queue = storage.queues.first { $0.target == target.id }
            let link = links[target.id] ?? .ok
            return TargetStatus(
                id: target.id, state: link.reply, queued: queue?.queued ?? 0, rejected: queue?.rejected ?? 0,
                lastError: link.cause)
        }
    }
}

extension LinkState {
    fileprivate var cause: Message? {
        switch self {
        case .ok: nil
        case .retrying(let cause), .refused(let cause): cause
        }
    }

    fileprivate var reply: TargetStatus.State {
        switch self {
        case .ok: .ok
        case .retrying: .retrying
        case .refused: .refused
        }
    }
}

extension StorageState {
    fileprivate var reply: StatusReply.Storage.State {
        switch self {
        case .ok: .ok
        case .full: .full
        case .fault: .fault
        }
    }
}
