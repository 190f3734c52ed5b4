// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("An incident that is handed over")
struct HandoverTests {
    private var booth = RehearsedBooth.answered()

    private mutating func press() -> Incident? {
        booth.see("help-1", .active, at: 0)
        booth.see("help-1", .normal, at: 0.5)
        booth.pass(to: 3)
        return booth.newest()
    }

    @Test("goes to the grid by a receipt and back by a task, with one id, and the answer clock begins anew")
    mutating func thereAndBack() {
        let press = press()
        #expect(booth.reroute(press, to: .community, by: "police", at: 10) == ["updated help 1 reclassified > grid"])
        #expect(booth.pass(to: 69).isEmpty)
        #expect(booth.pass(to: 70).map(\.told) == ["updated help 1 escalated > grid"])
        #expect(booth.answer(.accepted(ticket: "G1"), by: "grid", for: press, at: 80).isEmpty)
        guard let press else { return }
        let back = booth.task("T1", .reroute(press.id, .police), at: 90)
        #expect(back == ["updated help 1 reclassified > grid police", "task T1 done  > police"])
        #expect(booth.newest()?.state == .raised && booth.newest()?.id == press.id)
        #expect(booth.answer(.accepted(ticket: "P2"), by: "police", for: press, at: 95).isEmpty)
        #expect(booth.newest()?.targets.map(\.ticket) == ["P2", "G1"])
    }

    @Test("is not taken back by a late receipt of who handed it over")
    mutating func lateReceipt() {
        let press = press()
        booth.reroute(press, to: .community, by: "police", at: 10)
        booth.answer(.accepted(ticket: "late"), by: "police", for: press, at: 11)
        #expect(booth.newest()?.state == .raised)
        #expect(booth.reroute(press, to: .community, by: "police", at: 12).isEmpty)
    }

    @Test("is not handed over again by the receipt of old that comes once more when it is back and taken")
    mutating func repeatedReceipt() {
        let press = press()
        booth.reroute(press, to: .community, by: "police", at: 10)
        booth.reroute(press, to: .police, by: "grid", at: 20)
        booth.answer(.accepted(ticket: "P2"), by: "police", for: press, at: 21)
        let stale = booth.reroute(press, to: .community, by: "police", for: press?.opening, at: 22)
        #expect(stale.isEmpty)
        #expect(booth.newest()?.handovers == 2 && booth.newest()?.state == .accepted)
        #expect(booth.newest()?.incidentClass == .police)
        #expect(!booth.reroute(press, to: .community, by: "police", at: 23).isEmpty)
    }

    @Test("moves four times; then all are told once that nobody wants it, however often that is said")
    mutating func bounced() {
        let press = press()
        for turn in 0..<4 {
            let isPolice = turn % 2 == 0
            booth.reroute(press, to: isPolice ? .community : .police, by: isPolice ? "police" : "grid", at: 10)
        }
        #expect(booth.newest()?.handovers == 4)
        let told = booth.reroute(press, to: .community, by: "police", at: 11)
        #expect(told == ["updated help 1 escalated > grid"])
        for second in 12..<30 {
            #expect(booth.reroute(press, to: .community, by: "police", at: Double(second)).isEmpty)
        }
    }

    @Test("stays, refused, where no target takes the class")
    mutating func nobody() {
        var booth = RehearsedBooth(
            [RehearsedBooth.help], targets: [RehearsedBooth.target("police", [.police])], answers: true)
        booth.see("help-1", .active, at: 0)
        #expect(booth.reroute(booth.newest(), to: .community, by: "police", at: 1).isEmpty)
        #expect(booth.newest()?.targets.map(\.delivery) == [.rejected])
    }

    @Test("is shown by the lamp as what it is: raised again, and over when its new target refuses it too")
    mutating func lamp() {
        var lamp = HelpLamp([RehearsedBooth.help], bootID: "boot-1")
        let press = press()
        if let press { lamp.apply(press) }
        lamp.noteRecorded(press.map { [$0.opening] } ?? [])
        booth.answer(.accepted(ticket: nil), by: "police", for: press, at: 5)
        booth.newest().map { lamp.apply($0) }
        lamp.advance(to: booth.moment(at: 700).boot)
        #expect(lamp.signal == .off)
        booth.reroute(press, to: .community, by: "police", at: 710)
        booth.newest().map { lamp.apply($0) }
        #expect(lamp.signal == .recorded)
        booth.answer(.rejected, by: "grid", for: press, at: 720)
        booth.newest().map { lamp.apply($0) }
        #expect(lamp.nextDeadline != nil)
        lamp.advance(to: booth.moment(at: 1400).boot)
        #expect(lamp.signal == .off && lamp.nextDeadline == nil)
    }

    @Test("is not accepted by what another target says than who accepted it before it was handed over")
    mutating func disputed() throws {
        var both = RehearsedBooth.target("both", [.police, .community])
        both.isBackup = true
        var booth = RehearsedBooth([ClockedBooth.slot], targets: RehearsedBooth.answering + [both], answers: true)
        booth.see("mail-slot", .active, at: 0)
        booth.pass(to: 61)
        let letter = try #require(booth.newest(.mail))
        booth.reroute(letter, to: .police, by: "grid", at: 62)
        booth.answer(.accepted(ticket: nil), by: "police", for: letter, at: 63)
        booth.task("T1", .reroute(letter.id, .community), at: 64)
        booth.reroute(letter, to: .police, by: "grid", at: 65)
        booth.answer(.accepted(ticket: nil), by: "police", for: letter, at: 66)
        booth.task("T2", .reroute(letter.id, .community), at: 67)
        booth.pass(to: 128)
        booth.reroute(letter, to: .police, by: "grid", at: 129)
        #expect(booth.newest(.mail)?.state == .raised)
        #expect(booth.answer(.sent, by: "both", for: letter, at: 130).isEmpty)
        #expect(booth.answer(.rejected, by: "both", for: letter, at: 131).isEmpty)
        #expect(booth.newest(.mail)?.state == .raised)
    }

    @Test("leaves the others who were told by the same event their receipts")
    mutating func sharedOffer() throws {
        var one = RehearsedBooth.target("one", [.police])
        var two = RehearsedBooth.target("two", [.police, .community])
        (one.isBackup, two.isBackup) = (true, true)
        let targets = Array(RehearsedBooth.answering.prefix(2)) + [one, two]
        var booth = RehearsedBooth([RehearsedBooth.help], targets: targets, answers: true)
        booth.see("help-1", .active, at: 0)
        booth.pass(to: 61)
        let press = try #require(booth.newest())
        booth.reroute(press, to: .community, by: "police", at: 62)
        booth.pass(to: 123)
        booth.answer(.accepted(ticket: "1"), by: "one", for: press, at: 124)
        #expect(booth.newest()?.targets.first { $0.target == "one" }?.ticket == "1")
        #expect(booth.newest()?.state == .raised)
    }
}
