// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

/// An incident named on the command line, by its id or by the start of its id.
enum IncidentName: Equatable {
    case id(EventID)
    /// Eight characters or more, in lower case.
    case beginning(String)

    /// Nil if no id can start like this, or if the text has fewer than eight characters.
    init?(_ text: String) {
        if let id = EventID(text) {
            self = .id(id)
            return
        }
        let beginning = text.lowercased()
        guard (8..<36).contains(beginning.utf8.count),
            beginning.utf8.allSatisfy({ $0 == 45 || (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        self = .beginning(beginning)
    }

    var id: EventID? {
        if case .id(let id) = self { id } else { nil }
    }

    static func wrong(_ text: String) -> Message {
        Message(
            zh: "\(text) 不是事件编号；boothctl incidents 列出编号，写前 8 个字符以上即可",
            en: "\(text) is not an incident's id; boothctl incidents lists them, 8 characters or more will do")
    }
}

/// A verb of a person at the booth who changes something; the agent records the person with it.
enum ActingVerb: String {
    case ack, close, arm, disarm, retry
}

/// The request of an acting verb, before an incident is looked up.
enum ActRequest: Equatable {
    case act(Act)
    case acknowledge(IncidentName)
    case close(IncidentName, outcome: String)
    /// The time as written, because a time of day is in the booth's time zone.
    case disarm(until: String)

    init(_ verb: ActingVerb, _ invocation: Invocation, now: WallTime) throws(Invocation.UsageError) {
        switch verb {
        case .ack: self = .acknowledge(try Self.incident(invocation, verb))
        case .close:
            let incident = try Self.incident(invocation, verb)
            self = .close(incident, outcome: try Self.outcome(invocation))
        case .disarm:
            self = try Self.until(invocation, now: now).map { .disarm(until: $0) } ?? .act(.disarm(until: nil))
        case .retry: self = .act(.retry(try Self.retried(invocation)))
        case .arm: self = .act(.arm)
        }
    }

    private static func incident(
        _ invocation: Invocation, _ verb: ActingVerb
    ) throws(Invocation.UsageError) -> IncidentName {
        guard let text = invocation.operand else {
            throw Invocation.UsageError(
                message: Message(
                    zh: "\(verb.rawValue) 之后要有事件编号；boothctl incidents 列出编号",
                    en: "\(verb.rawValue) needs an incident's id; boothctl incidents lists them"))
        }
        guard let name = IncidentName(text) else { throw Invocation.UsageError(message: IncidentName.wrong(text)) }
        return name
    }

    private static func outcome(_ invocation: Invocation) throws(Invocation.UsageError) -> String {
        guard let outcome = invocation.outcome else {
            throw Invocation.UsageError(
                message: Message(
                    zh: "close 要说明结果：boothctl close 编号 --outcome \"误报，已复位\"",
                    en: "close needs how it ended: boothctl close ID --outcome \"false alarm, reset\""))
        }
        guard Act.isOutcome(outcome) else {
            throw Invocation.UsageError(
                message: Message(
                    zh: "--outcome：应为一行文字，1 至 1000 个字符", en: "--outcome: one line of 1 to 1000 characters is expected"))
        }
        return outcome
    }

    private static func until(_ invocation: Invocation, now: WallTime) throws(Invocation.UsageError) -> String? {
        guard let text = invocation.until else { return nil }
        guard LocalTime.instant(text, now: now) != nil else { throw Invocation.UsageError(message: noTime(text)) }
        return text
    }

    /// The message for a text that is not a time, or a time that the zone skips.
    static func noTime(_ text: String) -> Message {
        Message(
            zh: "--until \(text)：应为 17:00、\"2026-11-21 17:00\" 或 2026-11-21T17:00+08:00",
            en: "--until \(text): 17:00, \"2026-11-21 17:00\" or 2026-11-21T17:00+08:00 is expected")
    }

    /// The message for an end time that the agent refuses.
    static let wrongUntil = Message(
        zh: "--until：应在此刻之后、7 天以内；date 显示本机时间",
        en: "--until: a time to come, within 7 days, is expected; date shows this machine's time")

    private static func retried(_ invocation: Invocation) throws(Invocation.UsageError) -> EventID? {
        guard let text = invocation.operand else {
            if invocation.all { return nil }
            throw Invocation.UsageError(
                message: Message(
                    zh: "retry 之后要有消息编号或 --all；boothctl queue 列出编号",
                    en: "retry needs an event's id or --all; boothctl queue lists them"))
        }
        guard !invocation.all else {
            throw Invocation.UsageError(
                message: Message(zh: "retry：编号与 --all 只能写一个", en: "retry takes an id or --all, not both"))
        }
        guard let id = EventID(text) else {
            throw Invocation.UsageError(
                message: Message(
                    zh: "\(text) 不是消息编号；boothctl queue 列出编号",
                    en: "\(text) is not an event's id; boothctl queue lists them"))
        }
        return id
    }
}
