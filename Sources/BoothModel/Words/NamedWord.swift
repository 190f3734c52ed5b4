// SPDX-License-Identifier: Apache-2.0

/// A word of the wire format that people see too: in English its raw value, in Chinese its name.
package protocol NamedWord: RawRepresentable<String> {
    var chineseName: String { get }
}

extension NamedWord {
    /// The name for people.
    package var name: Message { Message(zh: chineseName, en: rawValue) }
}

extension PointKind: NamedWord {
    package var chineseName: String {
        switch self {
        case .helpButton: "求助按钮"
        case .duressButton: "胁迫按钮"
        case .roomDoor: "室门"
        case .streetDoor: "街门"
        case .tamper: "防拆"
        case .mailSlot: "投信口"
        case .mailDoor: "信箱门"
        case .mainsPower: "市电"
        case .battery: "电池"
        case .contact: "触点"
        }
    }
}

extension PointState: NamedWord {
    package var chineseName: String {
        switch self {
        case .normal: "正常"
        case .active: "动作"
        case .short: "短路"
        case .cut: "断路"
        case .unknown: "未知"
        }
    }
}

extension Quality: NamedWord {
    package var chineseName: String {
        switch self {
        case .good: "可信"
        case .stale: "陈旧"
        case .fault: "故障"
        }
    }
}

extension ClockState: NamedWord {
    package var chineseName: String {
        switch self {
        case .synced: "已同步"
        case .holdover: "守时"
        case .unsynced: "未同步"
        }
    }
}

extension IncidentClass: NamedWord {
    package var chineseName: String {
        switch self {
        case .police: "公安"
        case .community: "社区"
        case .fault: "故障"
        }
    }
}

extension IncidentState: NamedWord {
    /// The officers' words.
    package var chineseName: String {
        switch self {
        case .raised: "已发生"
        case .accepted: "已受理"
        case .dispatched: "已派警"
        case .handled: "已处置"
        case .closed: "已办结"
        }
    }
}

extension Delivery: NamedWord {
    package var chineseName: String {
        switch self {
        case .queued: "待发"
        case .sent: "已发"
        case .accepted: "已受理"
        case .rejected: "拒收"
        }
    }
}

extension StatusReply.State: NamedWord {
    package var chineseName: String {
        switch self {
        case .starting: "正在启动"
        case .inService: "在用"
        case .degraded: "降级"
        }
    }
}

extension StatusReply.Storage.State: NamedWord {
    package var chineseName: String {
        switch self {
        case .ok: "正常"
        case .full: "已满"
        case .fault: "故障"
        }
    }
}

extension TargetStatus.State: NamedWord {
    package var chineseName: String {
        switch self {
        case .ok: "正常"
        case .retrying: "重试中"
        case .refused: "被拒"
        }
    }
}

extension UnitCounters.State: NamedWord {
    package var chineseName: String {
        switch self {
        case .unknown: "未知"
        case .answering: "应答"
        case .missing: "漏答"
        case .silent: "无应答"
        }
    }
}
