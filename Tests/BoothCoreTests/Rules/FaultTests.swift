// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("Faults and answers")
struct FaultTests {
    var booth = RehearsedBooth([RehearsedBooth.help, RehearsedBooth.roomDoor])
    private let silent = DeviceFault(.silent, Message(zh: "无应答", en: "no answer"))

    private mutating func lose(_ device: DeviceID, at seconds: Double) -> [String] {
        let now = booth.moment(at: seconds)
        let report = DeviceReport(device: device, condition: .lost(silent), at: now.boot)
        return booth.keep(booth.rules.apply(report, at: now)).map(\.short)
    }

    private mutating func find(_ device: DeviceID, at seconds: Double) -> [String] {
        let now = booth.moment(at: seconds)
        return booth.keep(booth.rules.apply(DeviceReport(device: device, condition: .found, at: now.boot), at: now))
            .map(\.short)
    }

    @Test("a lost unit is one fault and one restoration, however often it is reported")
    mutating func lostAndFound() {
        #expect(lose(.unit(1, of: "inside"), at: 0) == ["raised sensor 1"])
        #expect(lose(.unit(1, of: "inside"), at: 1).isEmpty)
        #expect(booth.rules.standingFaults == ["sensor:modbus:inside/1"])
        #expect(find(.unit(1, of: "inside"), at: 60) == ["restored sensor 1 after 60 s"])
        #expect(find(.unit(1, of: "inside"), at: 61).isEmpty)
        #expect(booth.rules.standingFaults.isEmpty)
    }

    @Test("a unit that comes and goes for months, where nobody closes anything, fills no memory")
    mutating func comesAndGoes() {
        let unit = DeviceID.unit(1, of: "inside")
        for minute in 0..<1500 {
            _ = lose(unit, at: Double(minute) * 60)
            _ = find(unit, at: Double(minute) * 60 + 30)
            if minute == 1200 { booth.restart() }
        }
        let open = booth.incidents.values.filter(\.isOpen)
        #expect(open.count == IncidentRules.mostPastFaults)
        #expect(booth.events.count { $0.type == .incidentClosed } == 500)
        let oldest = open.map(\.id).min()
        #expect(
            booth.incidents.values.filter { !$0.isOpen }.allSatisfy { oldest.map { [id = $0.id] in id < $0 } ?? false })
    }

    @Test("ten thousand incidents that all wait for their reminder are one decision, made at once")
    mutating func afterAnUpgrade() {
        let now = booth.moment(at: 0)
        let incidents = (1...10_000).map { number in
            var incident = Incident(
                id: EventID(key: Int64(number * 2), random: 0), opening: EventID(key: Int64(number * 2 + 1), random: 0),
                point: "help-1", classification: Classification(.help, .police, .help), opened: Stamp(now),
                targets: ["police"])
            incident.state = .accepted
            incident.accepted = Stamp(now)
            incident.restored = Stamp(now)
            return incident
        }
        var rules = IncidentRules(
            configuration: booth.configuration, incidents: incidents, ids: EventIDGenerator(after: 1 << 40))
        let decision = rules.advance(to: booth.moment(at: 86_400))
        #expect(decision.events.count == 10_000)
        #expect(Set(decision.incidents.map(\.id)).count == decision.incidents.count)
        // None of them goes before a press.
        #expect(decision.events.allSatisfy { $0.priority == .routine })
    }

    @Test("a fault that stands across a restart opens no second one, and a good reading ends it")
    mutating func acrossRestart() {
        #expect(lose(.bus("inside"), at: 0) == ["raised sensor 1"])
        booth.restart()
        #expect(lose(.bus("inside"), at: 1).isEmpty)
        #expect(booth.see("help-1", .normal, at: 5).map(\.short) == ["restored sensor 1 after 5 s"])
    }

    @Test("an address that was refused before a restart is good with the first value from it")
    mutating func refusedAddress() {
        #expect(lose(.address(of: "help-1"), at: 0) == ["raised sensor 1"])
        booth.restart()
        #expect(booth.see("help-1", .normal, at: 5).map(\.short) == ["restored sensor 1 after 5 s"])
        #expect(booth.rules.standingFaults.isEmpty)
    }

    @Test("a fault of a device that the configuration no longer has is restored")
    mutating func foreign() {
        _ = lose(.bus("gone"), at: 0)
        let decision = booth.rules.forgetForeignFaults(known: [.bus("inside")], at: booth.moment(at: 1))
        #expect(decision.events.map(\.short) == ["restored sensor 1 after 1 s"])
    }

    @Test("a point that was taken away while it was active leaves no incident open, and is known anew if it comes back")
    mutating func foreignPoint() throws {
        let contact = RehearsedBooth.point("flood", .contact, classification: Classification(.help, .police, .help))
        booth = RehearsedBooth([RehearsedBooth.help, contact])
        booth.see("flood", .active, at: 0)
        booth.restart([RehearsedBooth.help])
        let known = Set(IncidentRules.devices(of: RehearsedBooth.help))
        let restored = booth.keep(booth.rules.forgetForeignFaults(known: known, at: booth.moment(at: 60)))
        #expect(restored.map(\.short) == ["restored help 1 after 60 s"])
        booth.restart()
        let again = booth.rules.forgetForeignFaults(known: known, at: booth.moment(at: 70))
        #expect(again.isEmpty && again.points.isEmpty)
        booth.restart([RehearsedBooth.help, contact])
        #expect(booth.see("flood", .active, at: 100).map(\.short) == ["raised help 1"])
    }

    @Test("a loop that is cut is a fault of the wiring where the point does not guard against it")
    mutating func wiring() {
        var point = RehearsedBooth.help
        point.loop = LoopBands(short: 0...9, normal: 10...19, alarm: 20...29, cut: 30...39)
        booth = RehearsedBooth([point])
        #expect(booth.see("help-1", .cut, at: 0).map(\.short) == ["raised sensor 1"])
        #expect(booth.see("help-1", .normal, at: 4).map(\.short) == ["restored sensor 1 after 4 s"])
    }

    @Test("a receipt for the opening gives the ticket; the target that gave it is not told of it, the others are")
    mutating func receipt() throws {
        let both = [RehearsedBooth.target("police", [.police]), RehearsedBooth.target("copy", [.police])]
        booth = RehearsedBooth([RehearsedBooth.help], targets: both)
        let raised = try #require(booth.see("help-1", .active, at: 0).first)
        let now = booth.moment(at: 1)
        let sent = booth.rules.apply(.sent, for: raised.id, from: "police", at: now)
        #expect(sent.incidents.first?.targets.map(\.delivery) == [.sent, .queued])
        #expect(sent.canBeToldAgain && sent.isTransient)
        let returned = booth.rules.apply(.returned, for: raised.id, from: "police", at: now)
        #expect(returned.incidents.first?.targets.map(\.delivery) == [.queued, .queued])
        let accepted = booth.rules.apply(.accepted(ticket: "JQ1"), for: raised.id, from: "police", at: now)
        let incident = try #require(accepted.incidents.first)
        #expect(incident.state == .accepted)
        #expect(incident.targets.first == .init(target: "police", delivery: .accepted, ticket: "JQ1"))
        #expect(accepted.events.map(\.short) == ["updated help 1 accepted"])
        #expect(accepted.events.first?.recipients == ["copy"])
        #expect(booth.rules.apply(.accepted(ticket: "JQ1"), for: raised.id, from: "police", at: now).isEmpty)
    }

    @Test("a receipt for another event, or from a target that was never asked, changes nothing")
    mutating func foreignReceipt() throws {
        let raised = try #require(booth.see("help-1", .active, at: 0).first)
        let now = booth.moment(at: 1)
        let other = booth.rules.makeID(at: now)
        #expect(booth.rules.apply(.accepted(ticket: nil), for: other, from: "police", at: now).isEmpty)
        #expect(booth.rules.apply(.accepted(ticket: nil), for: raised.id, from: "grid", at: now).isEmpty)
    }

    @Test("what was on its way when the agent stopped waits again after the restart")
    mutating func sentBeforeRestart() throws {
        let raised = try #require(booth.see("help-1", .active, at: 0).first)
        booth.keep(booth.rules.apply(.sent, for: raised.id, from: "police", at: booth.moment(at: 1)))
        booth.restart()
        #expect(booth.rules.live.values.first?.targets.map(\.delivery) == [.queued])
    }

    @Test("a rejected opening is not accepted")
    mutating func rejected() throws {
        let raised = try #require(booth.see("help-1", .active, at: 0).first)
        let decision = booth.rules.apply(.rejected, for: raised.id, from: "police", at: booth.moment(at: 1))
        #expect(decision.incidents.first?.state == .raised)
        #expect(decision.incidents.first?.targets.first?.delivery == .rejected)
    }

    @Test("a year of presses, each closed, leaves no incident in memory")
    mutating func bounded() throws {
        for day in 0..<365 {
            let start = Double(day) * 86_400
            let raised = try #require(booth.see("help-1", .active, at: start).last)
            booth.see("help-1", .normal, at: start + 1)
            booth.pass(to: start + 10)
            booth.keep(
                booth.rules.apply(
                    .accepted(ticket: nil), for: raised.id, from: "police", at: booth.moment(at: start + 11)))
            let incident = try #require(raised.incident)
            let closing = booth.rules.close(
                incident.id, outcome: "helped", by: .officer("zhang"), at: booth.moment(at: start + 600))
            booth.keep(try closing.get())
        }
        #expect(booth.rules.live.isEmpty)
        #expect(booth.rules.offers.isEmpty)
    }
}
