// SPDX-License-Identifier: Apache-2.0
import BoothModel

@testable import BoothCore

/// A core with a help button, an output for tasks and one platform, on a clock that the test moves.
struct CoreBench {
    static let target: TargetID = "police"
    static let officer = Peer(process: 17, user: 1000, officer: .officer("zhang"))

    var core: BoothCore
    private(set) var seconds = 0.0

    init(contents: JournalContents? = CoreBench.contents, seed: UInt64 = 1) {
        core = BoothCore(Self.configuration, BoothCore.Start(contents: contents, seed: seed), at: Self.moment(0))
        tell(.begin)
        tell(.inService)
    }

    static var configuration: Configuration {
        let help = PointConfiguration(
            id: "help-1", kind: .helpButton, source: .gpio(GPIOSource(chip: "io", line: .offset(0))),
            debounce: .milliseconds(10), classification: PointKind.helpButton.defaultClassification)
        let siren = OutputConfiguration(
            id: "siren", shows: .task, sink: .gpio(GPIOSource(chip: "io", line: .offset(1))))
        let bus = ModbusBusConfiguration(
            name: "inside", transport: .tcp(host: "10.0.0.5", port: 502), responseTimeout: .milliseconds(500))
        let target = TargetConfiguration(
            id: target, accepts: [.police, .fault, .community], hasAuthority: true,
            endpoint: .init(url: "https://127.0.0.1"))
        return Configuration(
            booth: Booth(
                code: "B0001", name: "第三警务室", county: "330225", grid: "330225001002", address: "A1",
                longitude: 121.87, latitude: 29.48),
            buses: [bus], points: [help], outputs: [siren], targets: [target])
    }

    /// What a new journal remembers.
    static var contents: JournalContents {
        JournalContents(
            status: status(.ok), points: [], incidents: [], memory: BoothMemory(), tasks: [], lastKey: 0)
    }

    static func status(_ storage: StorageState, queued: Int = 0) -> JournalStatus {
        JournalStatus(
            storage: storage, bytes: 4096, queues: [.init(target: target, queued: queued, rejected: 0)], open: 0)
    }

    static let fault = StorageState.fault(Message(zh: "坏", en: "broken"))

    /// 2026-11-24 00:00 in Shanghai, and so many seconds.
    static func moment(_ seconds: Double) -> Moment {
        Moment(
            boot: BootTime(nanoseconds: 1_000_000_000 + Int64(seconds * 1e9)),
            wallMilliseconds: 1_795_449_600_000 + Int64(seconds * 1000), in: Zone(offset: 28_800), clock: .synced,
            bootID: "boot-1")
    }

    var now: BootTime { Self.moment(seconds).boot }

    /// Tells the core what waits to be told, then the time, and gives what it wants done.
    @discardableResult
    mutating func tell(_ inputs: Input...) -> [Effect] {
        (inputs + [.time]).flatMap { core.apply($0, at: Self.moment(seconds)) }
    }

    /// Lets so many seconds pass.
    @discardableResult
    mutating func pass(_ span: Double) -> [Effect] {
        seconds += span
        return tell()
    }

    /// Presses the button, or lets it go.
    @discardableResult
    mutating func button(_ state: PointState) -> [Effect] {
        let reading = Reading(point: "help-1", state: state, value: state == .active ? 1 : 0, quality: .good, at: now)
        return tell(.sensors([.reading(reading)]))
    }

    /// A call of an officer.
    @discardableResult
    mutating func call(_ id: Int, _ call: ControlCall, facts: CallFacts = CallFacts()) -> [Effect] {
        tell(.call(id, call, from: Self.officer, seeing: facts))
    }
}

extension [Effect] {
    /// What is to be recorded.
    var entries: [JournalEntry] {
        compactMap { if case .record(let entry) = $0 { entry } else { nil } }
    }

    /// What waits for the disk.
    var tokens: [Token] {
        compactMap { if case .afterRecording(let token) = $0 { token } else { nil } }
    }

    /// What clients are answered, by call.
    var replies: [Int: ControlAnswer] {
        reduce(into: [:]) { if case .reply(let call, let answer) = $1 { $0[call] = answer } }
    }

    /// The outputs that are switched.
    var driven: [String: Bool] {
        reduce(into: [:]) { if case .drive(let output, let isOn) = $1 { $0[output.id] = isOn } }
    }

    func contains(_ isWanted: (Effect) -> Bool) -> Bool { contains(where: isWanted) }
}
