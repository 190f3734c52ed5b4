// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal

/// A day of a booth, played with the real programs, from contact to ticket.
struct DemoDay {
    let screen = Screen()
    let booth: DemoBooth
    /// The number of incidents that the day raises.
    var expected = 0

    private static let nobody = ""
    private static let everyDay = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        .map { "\"\($0) 00:00-24:00\"" }.joined(separator: ", ")

    init() throws {
        screen.title("搭起一个警务室：两个平台、两块 Modbus 板、证书", "A booth is set up: two platforms, two Modbus boards, certificates")
        booth = try DemoBooth()
        screen.line(
            "公安平台和网格平台走双向 TLS；机柜板走 Modbus TCP，信箱板走串口（伪终端）",
            "police and grid platform over mutual TLS; the cabinet's board over Modbus TCP, the letter box's over a serial line (pty)"
        )
    }

    /// Plays the day.
    ///
    /// - Returns: whether the balance is right.
    mutating func play() throws -> Bool {
        try begin()
        try pressTwice()
        try dispatcherAnswers()
        try doorAtNight()
        try officerAnswers()
        try officersComeAndGo()
        try twoLetters()
        try platformAwayAndAgentKilled()
        try collection()
        try handedOverAndBack()
        return try balance()
    }

    private func begin() throws {
        screen.title("boothd 投入使用", "boothd goes into service")
        let start = BootTime.now()
        try booth.startAgent(attended: Self.nobody)
        screen.line("启动到在用 \(elapsed(since: start)) 毫秒", "start to in service: \(elapsed(since: start)) ms")
        screen.quote(try booth.ask(["status"]))
    }

    private mutating func pressTwice() throws {
        screen.title("有人按下门口求助按钮，又按一次", "Somebody presses the help button at the door, and again")
        try raise(on: "help-1", by: "press help-1", at: booth.cabinet, to: .police)
        try booth.cabinet.line(within: .seconds(10)) { $0 == "released help-1" }
        let again = BootTime.now()
        try booth.cabinet.write(line: "press help-1")
        let repeated = try journal.next(.incidentUpdated, of: "help-1", count: 2)
        screen.line(
            "第二次按下记在同一起上，共 \(repeated.data.count ?? 0) 次（\(elapsed(since: again)) 毫秒后上报，计数最多攒 2 秒）",
            "the second press counts on the same incident, \(repeated.data.count ?? 0) in all (told after \(elapsed(since: again)) ms; counts are gathered for up to 2 s)"
        )
        try restored("help-1")
    }

    private mutating func doorAtNight() throws {
        screen.title("夜里门被打开，又关上", "The door is opened in the night, and closed")
        try raise(on: "room-door", by: "set room-door on", at: booth.cabinet, to: .police)
        try booth.cabinet.write(line: "set room-door off")
        try restored("room-door")
    }

    private mutating func twoLetters() throws {
        screen.title("两封信投进警民联系箱", "Two letters fall into the letter box")
        try raise(on: "mail-slot", by: "press mail-slot", at: booth.inside, to: .grid)
        try booth.inside.line(within: .seconds(10)) { $0 == "released mail-slot" }
        try booth.inside.write(line: "wait 1s")
        try booth.inside.write(line: "press mail-slot")
        let second = try journal.next(.incidentUpdated, of: "mail-slot", count: 2)
        screen.line(
            "箱中 \(second.data.count ?? 0) 封信，归网格平台同一张单",
            "\(second.data.count ?? 0) letters in the box, on one ticket of the grid platform")
    }

    private mutating func platformAwayAndAgentKilled() throws {
        screen.title(
            "公安平台断开；有人按下室内按钮；boothd 被 kill -9",
            "The police platform goes away; somebody presses the button inside; boothd is killed with -9")
        try booth.stop(.police)
        let pressed = BootTime.now()
        try booth.cabinet.write(line: "press help-2")
        let raised = try journal.next(.incidentRaised, of: "help-2")
        expected += 1
        screen.line(
            "已落盘：按下后 \(elapsed(since: pressed)) 毫秒，还没有人知道",
            "recorded \(elapsed(since: pressed)) ms after the press; nobody knows yet")
        try booth.killAgent()
        screen.line("boothd 已被杀死；再启动（这回民警在岗）", "boothd is dead; it is started again (officers are in now)")
        try booth.startAgent(attended: Self.everyDay)
        screen.quote(try booth.ask(["queue"]))
        let back = BootTime.now()
        try booth.start(.police)
        let ticket = try ticket(for: raised.id, from: .police)
        screen.line(
            "平台恢复后 \(elapsed(since: back)) 毫秒送达：\(ticket)",
            "\(elapsed(since: back)) ms after the platform is back: \(ticket)")
    }

    private func collection() throws {
        screen.title("民警打开信箱取信", "Officers open the box and take the letters")
        try booth.inside.write(line: "set mail-door on")
        try restored("mail-slot")
        try booth.inside.write(line: "set mail-door off")
        _ = try journal.next(.record, of: "mail-door")
    }

    private func balance() throws -> Bool {
        screen.title("收工：一件不少", "The day is over: nothing is missing")
        let books = try balanceOfEmptyQueues()
        screen.quote(try booth.ask(["incidents", "--all"]))
        let status = try booth.stopAgent()
        let holds = books.holds(expecting: expected) && status == .exited(0)
        screen.line(
            "上报 \(books.raised)（应有 \(expected)），平台受理 \(books.accepted)，待发 \(books.queued)，拒收 \(books.rejected)，重复送达（同号同文）\(books.repeated)，同号异文 \(books.conflicts)，序号缺口 \(books.gaps)；boothd 退出：\(status.map(String.init(describing:)) ?? "-")",
            "raised \(books.raised) (expected \(expected)), accepted \(books.accepted), queued \(books.queued), rejected \(books.rejected), sent again (same id, same body) \(books.repeated), same id with another body \(books.conflicts), gaps in the sequences \(books.gaps); boothd ended: \(status.map(String.init(describing:)) ?? "-")"
        )
        screen.line(
            "\(holds ? "平" : "不平")：上报 \(books.raised) = 受理 \(books.accepted)，丢失 \(books.lost)",
            "\(holds ? "BALANCED" : "NOT BALANCED"): raised \(books.raised) = accepted \(books.accepted), lost \(books.lost)"
        )
        return holds
    }

    // MARK: Steps

    var journal: EventFollower {
        get throws {
            guard let journal = booth.journal else { throw RehearsalError("the agent does not run") }
            return journal
        }
    }

    /// Sends a command to a board, and follows its effect to the ticket.
    private mutating func raise(
        on point: String, by command: String, at board: ChildProcess, to platform: DemoBooth.Platform
    ) throws {
        let start = BootTime.now()
        try board.write(line: command)
        let raised = try journal.next(.incidentRaised, of: point)
        let recorded = elapsed(since: start)
        let seen = raised.data.boottimeMilliseconds - start.milliseconds
        let ticket = try ticket(for: raised.id, from: platform)
        let accepted = elapsed(since: start)
        expected += 1
        screen.line(
            "\(point)：触点 0 → 读到 \(seen) → 落盘 \(recorded) → 受理 \(accepted) 毫秒，\(platform) 平台工单 \(ticket)",
            "\(point): contact 0 → seen \(seen) → recorded \(recorded) → accepted \(accepted) ms, ticket \(ticket) of \(platform)"
        )
    }

    /// Waits until a platform has printed its answer to an event.
    private func ticket(for event: EventID, from platform: DemoBooth.Platform) throws -> String {
        let line = try booth.line(of: platform) { $0.contains(" id=\(event) ") }
        return try field("ticket", of: line)
    }

    /// The value of `name=value` in a platform's line.
    func field(_ name: String, of line: String) throws -> String {
        let word = line.split(separator: " ").first { $0.hasPrefix("\(name)=") }
        guard let word else { throw RehearsalError("no \(name) in: \(line)") }
        return String(word.dropFirst(name.count + 1))
    }

    func restored(_ point: String) throws {
        let event = try journal.next(.incidentRestored, of: point)
        let category = Category(rawValue: event.data.category ?? "").name
        screen.line("\(point)：恢复（\(category.zh)）", "\(point): restored (\(category.en))")
    }

    /// Waits for empty queues, because the last answers may still be on their way. Takes the balance at that moment, because
    /// later events do not belong to this day.
    private func balanceOfEmptyQueues() throws -> Balance {
        let deadline = BootTime.now() + .seconds(30)
        repeat {
            let books = try Balance(of: booth)
            if books.queued == 0 { return books }
        } while BootTime.now() < deadline
        throw RehearsalError("queues do not empty: \(try booth.ask(["queue"]).joined(separator: "\n"))")
    }

    func elapsed(since start: BootTime) -> Int64 { (BootTime.now() - start).milliseconds }
}
