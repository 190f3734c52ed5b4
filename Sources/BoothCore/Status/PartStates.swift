// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The state of each part of the agent, as reported to the core. It gives the reasons why the agent is degraded.
struct PartStates {
    private let targets: [TargetConfiguration]
    private(set) var storage: JournalStatus
    /// The state of the disk that people and platforms were last told.
    private var toldStorage = StorageState.ok
    private(set) var deviceFaults: [DeviceID: DeviceFault] = [:]
    private var links: [TargetID: LinkState] = [:]
    /// Events that wait for targets that the configuration no longer has.
    var orphans: [JournalContents.Orphan] = []
    /// What is wrong with the configuration file, if the last right one is in service; usually nil.
    var wrongFile: FileProblems?
    /// What this version leaves out of that last right one; usually nil.
    let omitted: FileProblems?
    /// Why the last reload was refused, or waits for the disk.
    var reloadRefusal: Message?
    var stalled: [StalledLoop] = []

    init(_ configuration: Configuration, storage: JournalStatus?, wrongFile: FileProblems?, omitted: FileProblems?) {
        targets = configuration.targets
        self.storage = storage ?? JournalStatus(unopenedFor: targets.map(\.id))
        self.wrongFile = wrongFile
        self.omitted = omitted
    }

    var isStorageWell: Bool { storage.storage == .ok }

    /// Whether the core can start over without losing events that are only in memory.
    var mayStartOver: Bool { isStorageWell || storage.queues.allSatisfy { $0.queued == 0 } }

    /// Events that wait, of all targets.
    var waiting: Int { storage.queues.reduce(0) { $0 + $1.queued } }

    func link(of target: TargetID) -> LinkState { links[target] ?? .ok }

    /// - Returns: the disk's state, if it is news; otherwise nil. News is a change between well, full and failing. The
    ///   words alone are not: they change with every event that waits.
    mutating func note(_ status: JournalStatus) -> StorageState? {
        storage = status
        guard !toldStorage.isSameKind(as: status.storage) else { return nil }
        toldStorage = status.storage
        return status.storage
    }

    mutating func note(_ state: LinkState, of target: TargetID) { links[target] = state }

    /// - Returns: what to log; nil: nothing changed.
    mutating func note(_ report: DeviceReport) -> LogEntry? {
        switch report.condition {
        case .found:
            return deviceFaults.removeValue(forKey: report.device) == nil ? nil : .found(report.device)
        case .lost(let fault):
            deviceFaults[report.device] = fault
            return .lost(report.device, fault)
        }
    }

    /// Why the agent is degraded, the worst reason first.
    ///
    /// - Parameter tasks: the reasons of the task channels.
    func reasons(_ tasks: [Message], at now: Moment) -> [Message] {
        var reasons = stalled.map { $0.words(at: now) }
        if let message = storage.storage.message { reasons.append(message) }
        for (device, fault) in deviceFaults.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            reasons.append(Message(zh: "\(device)：\(fault.message.zh)", en: "\(device): \(fault.message.en)"))
        }
        for target in targets {
            guard let cause = links[target.id]?.cause else { continue }
            reasons.append(Message(zh: "\(target.id)：\(cause.zh)", en: "\(target.id): \(cause.en)"))
        }
        reasons += storage.queues.filter { $0.rejected > 0 }.map(\.wordsOnRejections)
        reasons += tasks
        reasons += orphans.map(\.words)
        if let wrongFile { reasons.append(wrongFile.wordsOnWrongFile) }
        if let omitted { reasons.append(omitted.wordsOnOmitted) }
        if let reloadRefusal { reasons.append(reloadRefusal) }
        return reasons
    }
}

extension LinkState {
    /// What is wrong; nil: nothing is known to be.
    var cause: Message? {
        switch self {
        case .ok: nil
        case .retrying(let cause), .refused(let cause): cause
        }
    }
}

extension JournalStatus.Queue {
    fileprivate var wordsOnRejections: Message {
        Message(
            zh: "\(target) 拒收的消息有 \(rejected) 条，已搁置；原因见 boothctl queue，解决后运行 boothctl retry --all",
            en: "set aside, because \(target) refused them: \(rejected); see boothctl queue, then boothctl retry --all")
    }
}

extension JournalContents.Orphan {
    fileprivate var words: Message {
        Message(
            zh: "\(count) 条消息等待已不在配置中的目标 \(target)；把它写回配置才会送出",
            en: "\(count) events wait for target \(target), which the configuration no longer has")
    }
}

extension FileProblems {
    /// The first problem; `boothctl check` has all of them.
    var wordsOnWrongFile: Message {
        Message(
            zh: "配置文件有错，正在使用上一次可用的配置：\(first.zh)",
            en: "the configuration file is wrong, the last right configuration is in service: \(first.en)")
    }

    /// What the last right configuration has and this version does not accept.
    var wordsOnOmitted: Message {
        Message(
            zh: "本版本不接受上一次可用的配置中的某些部分，这些部分未生效：\(all.zh)",
            en: "this version does not take all of the last right configuration, and goes on without: \(all.en)")
    }

    var wordsOnReload: Message {
        Message(
            zh: "重新读取的配置有错，继续使用原配置：\(all.zh)",
            en: "the configuration read again is wrong, the old one stays: \(all.en)")
    }
}

extension StalledLoop {
    func words(at now: Moment) -> Message {
        let time = Self.time(of: since, at: now)
        return Message(
            zh: "线程 \(name) 自 \(time.zh) 起没有进展；\(isWatched ? "看门狗将重启 boothd" : "请重启 boothd")",
            en: "the loop \(name) has made no progress since \(time.en); "
                + (isWatched ? "the watchdog will restart boothd" : "restart boothd"))
    }

    /// Local time if the clock is trusted, otherwise seconds since the board started, as in dmesg.
    private static func time(of instant: BootTime, at now: Moment) -> Message {
        if let time = Stamp(now.at(instant)).time { return Message(zh: time, en: time) }
        let seconds = instant.milliseconds / 1000
        return Message(zh: "开机后 \(seconds) 秒", en: "\(seconds) s after boot")
    }
}
