// SPDX-License-Identifier: Apache-2.0
import BoothModel
import ReferencePlatform
import TestSupport
import Testing

/// What a booth encodes is what the platform understands.
@Suite struct InteroperationTests {
    let folder = TemporaryFolder()
    private let booth = Booth(
        code: "B0001", name: "丹东街道第三警务室", county: "330225", grid: "330225001002", address: "330225001002A0001",
        longitude: 121.87, latitude: 29.48)

    private func moment(_ clock: ClockState) -> Moment {
        Moment(
            boot: BootTime(nanoseconds: 86_400_120_000_000), wallMilliseconds: 1_795_000_000_000,
            in: .ofProcess, clock: clock,
            bootID: "5c1d4f0a9b7e4c3c8d2e6f1a0b9c8d7e")
    }

    private func incident(_ id: EventID, at moment: Moment) -> Incident {
        Incident(
            id: id, opening: id, point: "help-1", classification: Classification(.help, .police, .help),
            opened: Stamp(moment),
            targets: ["police"])
    }

    @Test("takes every event that a booth sends", arguments: [ClockState.synced, .holdover, .unsynced])
    func events(clock: ClockState) throws {
        let platform = try ReferencePlatform(database: folder.file("platform.sqlite"))
        var ids = EventIDGenerator(after: 0)
        let moment = moment(clock)
        let incident = incident(ids.next(wallMilliseconds: moment.wallMilliseconds), at: moment)
        var closed = incident
        closed.state = .closed
        closed.closing = Incident.Closing(
            Incident.Act(by: .officer("li"), at: Stamp(moment)), outcome: "误报")
        let reasons: [UpdateReason] = [
            .repeat, .escalated, .accepted, .dispatched, .handled, .reclassified, .acknowledged,
        ]
        let task = PlatformTask(id: "t1", kind: "arm", order: .arm(until: nil))
        let malformed = PlatformTask(id: "", kind: "", order: .malformed("no object"))
        let contents: [BoothEvent.Content] =
            [.raised(incident)] + reasons.map { .updated(incident, $0) } + [
                .restored(incident, durationSeconds: 2), .closed(closed),
                .taskDone(TaskRecord(target: "police", task: task, result: .done, at: Stamp(moment))),
                .taskDone(
                    TaskRecord(
                        target: "police", task: malformed, result: .refused, reason: "malformed: no object",
                        at: Stamp(moment))),
            ]
        for (position, content) in contents.enumerated() {
            let event = BoothEvent(
                id: ids.next(wallMilliseconds: moment.wallMilliseconds), content: content, moment: moment,
                recipients: ["police"])
            let body = CloudEvent(event, from: booth).json(withSequence: Sample.sequence(position + 1))
            let response = platform.answer(Sample.post(body, key: "\"\(event.id)\""))
            #expect(response.status == 200, "\(response.text)")
        }
        let status = StatusContent(
            uptimeSeconds: 60, version: "0.1.0", configHash: "ab", queue: ["police": 3], rejected: ["police": 0],
            open: 1,
            faults: [], storage: .init(state: "ok", bytes: 0, limit: 1 << 20))
        let id = ids.next(wallMilliseconds: moment.wallMilliseconds)
        let response = platform.answer(Sample.post(CloudEvent(status, id: id, at: moment, from: booth).json))
        #expect(response.status == 200, "\(response.text)")
        #expect(try Set(platform.events().compactMap(\.ticket)).count == 1)
        #expect(try platform.incidents().map(\.state) == ["closed"])
        #expect(try platform.incidents().map(\.by) == ["local:li"])
        #expect(try platform.gaps().isEmpty)
        #expect(try platform.statuses().count == 1)
    }
}
