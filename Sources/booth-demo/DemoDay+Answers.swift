// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal

// The answers after an incident has its ticket: by the dispatcher, the officer and the other platform.
extension DemoDay {
    func dispatcherAnswers() throws {
        screen.title("公安接警员派警、到场处置、办结", "The dispatcher of the police sends somebody, and closes the case")
        guard let incident = try openIncident(on: "help-1") else { throw RehearsalError("no incident of the button") }
        let start = BootTime.now()
        try dispatcher("dispatch last 巡逻车五分钟后到")
        try dispatcher("handle last 已到场")
        try dispatcher("close last 迷路的老人，已送回家")
        screen.line(
            "三道指令都已执行并回执（\(elapsed(since: start)) 毫秒）",
            "the three tasks are done and answered (\(elapsed(since: start)) ms)")
        screen.quote(try booth.ask(["incidents", incident]))
    }

    func officerAnswers() throws {
        screen.title("民警在现场查看并办结", "An officer at the booth has seen it, and closes it")
        guard let incident = try openIncident(on: "room-door") else { throw RehearsalError("no incident of the door") }
        _ = try booth.ask(["ack", incident])
        screen.quote(try booth.ask(["close", incident, "--outcome", "风吹开门，已锁好"]))
        let line = try booth.line(of: .police) {
            $0.contains("incident=\(incident) ") && $0.contains("type=\(EventType.incidentClosed.rawValue)")
        }
        screen.line(
            "公安平台得知：\(try field("by", of: line)) 已办结",
            "the police platform hears that \(try field("by", of: line)) closed it")
    }

    func officersComeAndGo() throws {
        screen.title("平台撤防：门开只留记录；再布防", "The platform disarms: the door is a record only; then it arms again")
        try dispatcher("disarm 1h")
        try booth.cabinet.write(line: "set room-door on")
        _ = try journal.next(.record, of: "room-door")
        try booth.cabinet.write(line: "set room-door off")
        _ = try journal.next(.record, of: "room-door")
        try dispatcher("arm")
        screen.line("开门、关门各留一条记录，不成事件", "one record each for open and closed, and no incident")
    }

    mutating func handedOverAndBack() throws {
        screen.title("又来一封信：网格转给公安，公安再转回", "Another letter: the grid hands it to the police, and they hand it back")
        try booth.platform(.grid).write(line: "hand-over police")
        _ = try booth.line(of: .grid) { $0 == "hand-over class=police" }
        try booth.inside.write(line: "press mail-slot")
        let raised = try journal.next(.incidentRaised, of: "mail-slot")
        guard let incident = raised.data.incident else { throw RehearsalError("no incident in \(raised.id)") }
        expected += 1
        let taken = try reclassified(incident, at: .police)
        let ticket = try field("ticket", of: taken)
        try dispatcher("reroute \(ticket) community")
        let back = try field("ticket", of: try reclassified(incident, at: .grid))
        screen.line(
            "同一个事件编号 \(incident)：公安单号 \(ticket)，回到网格单号 \(back)",
            "one incident, \(incident): ticket \(ticket) of the police, then \(back) of the grid")
        try booth.inside.write(line: "set mail-door on")
        try restored("mail-slot")
        try booth.inside.write(line: "set mail-door off")
        _ = try journal.next(.record, of: "mail-door")
    }

    // MARK: Steps

    /// Types a line for the police dispatcher, and waits until the booth has carried it out.
    private func dispatcher(_ line: String) throws {
        let platform = try booth.platform(.police)
        let before = platform.lines.count
        try platform.write(line: line)
        let given = try booth.line(of: .police, after: before) { $0.hasPrefix("task id=") }
        let task = try field("id", of: given)
        let answer = try booth.line(of: .police) { $0.contains(" task=\(task) ") }
        guard try field("answer", of: answer) == "done" else { throw RehearsalError("\(line): \(answer)") }
    }

    private func reclassified(_ incident: EventID, at platform: DemoBooth.Platform) throws -> String {
        try booth.line(of: platform) {
            $0.contains("incident=\(incident) ") && $0.contains("reason=\(UpdateReason.reclassified.rawValue)")
        }
    }

    /// The id of the open incident of a point.
    private func openIncident(on point: String) throws -> String? {
        try Balance.incidents(of: booth).last { $0.point?.rawValue == point && $0.state != .closed }?
            .incident.description
    }
}
