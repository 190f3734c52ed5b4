// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// The requests of a scan in order, the likely ones first. Made before the line is opened; a value without a clock.
package struct ScanPlan: Sendable, Hashable {
    /// One setting of the line, and the requests made at it.
    package struct Round: Sendable, Hashable {
        /// Nil for a bus over TCP.
        package var line: SerialLine?
        /// In the order of the requests.
        package var units: [Int]
        /// Each probe goes to every unit before the next probe. So no unit is asked again while it may still answer.
        package var probes: [Probe]

        /// The most requests it takes. Units that have answered are not asked again.
        package var requests: Int { units.count * probes.count }
    }

    /// A read that nearly every unit of some kind answers, at least with an exception.
    package struct Probe: Sendable, Hashable {
        package var table: DataTable
        package var address: Int
        package var count: Int

        /// The probe, made to `unit`.
        package func request(to unit: Int) -> ReadRequest {
            ReadRequest(unit: unit, table: table, address: address, count: count)
        }

        /// Sensors, meters and most boards.
        static let holding = Probe(table: .holdingRegisters, address: 0, count: 1)
        /// For input boards that support nothing else. Reads a whole byte, because some refuse less.
        static let inputs = Probe(table: .discreteInputs, address: 0, count: 8)
        static let registers = Probe(table: .inputRegisters, address: 0, count: 1)
        static let coils = Probe(table: .coils, address: 0, count: 8)
        static let all = [holding, inputs, registers, coils]
    }

    package private(set) var rounds: [Round] = []
    /// How long a unit may take to begin its answer.
    package let timeout: Duration

    /// - Parameters:
    ///   - bus: the configuration; its setting is the likeliest.
    ///   - profiles: boards whose factory settings and addresses are tried first.
    package init(_ bus: ModbusBusConfiguration, profiles: [BoardProfile], options: ScanOptions = ScanOptions()) {
        switch bus.transport {
        case .tcp:
            timeout = options.timeout ?? bus.responseTimeout
            let units = Self.distinct([1, 255, 0] + Array(0...255)).filter { options.units?.contains($0) ?? true }
            add(nil, units, options.all ? Probe.all : [.holding, .inputs])
        case .serial(_, let baud, let parity, let stopBits):
            timeout = options.timeout ?? ScanOptions.serialTimeout
            let configured = SerialLine(baud: baud, parity, stopBits: stopBits)
            addSerial(SerialSettings(configured, profiles, options), profiles, options)
        }
    }

    /// First the factory addresses at every likely setting, which takes seconds. Then every address.
    private mutating func addSerial(_ settings: SerialSettings, _ profiles: [BoardProfile], _ options: ScanOptions) {
        let wanted = { (units: [Int]) in units.filter { options.units?.contains($0) ?? true } }
        let fresh = wanted(Self.freshUnits(profiles))
        // Above 247 only factory addresses of known boards, and addresses that somebody names, are asked.
        let others = Self.distinct(options.units ?? Array(1...247)).filter { !fresh.contains($0) }
        for line in settings.likely { add(line, fresh, Probe.all) }
        for line in settings.likely { add(line, others, [.holding]) }
        for line in settings.likeliest { add(line, others, [.inputs]) }
        for line in settings.rest { add(line, fresh, [.holding, .inputs]) }
        guard options.all else { return }
        for line in settings.likely where !settings.likeliest.contains(line) { add(line, others, [.inputs]) }
        for line in settings.rest { add(line, others, [.holding, .inputs]) }
        for line in settings.likely { add(line, others, [.registers, .coils]) }
    }

    private mutating func add(_ line: SerialLine?, _ units: [Int], _ probes: [Probe]) {
        if !units.isEmpty { rounds.append(Round(line: line, units: units, probes: probes)) }
    }

    /// The factory addresses of boards, and the addresses that people use first.
    private static func freshUnits(_ profiles: [BoardProfile]) -> [Int] {
        distinct([1] + profiles.map(\.unit) + [255, 254, 2, 3])
    }

    static func distinct<Value: Hashable>(_ values: [Value]) -> [Value] {
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }

    // MARK: Time

    /// The most requests of the whole plan.
    package var requests: Int { rounds.reduce(0) { $0 + $1.requests } }

    /// Roughly how long it takes if no unit answers.
    package var duration: Duration { rounds.reduce(.zero) { $0 + duration(of: $1) } }

    /// Roughly how long a round takes if no unit answers.
    package func duration(of round: Round) -> Duration {
        let waiting = round.line == nil ? Duration.zero : ReadOnlyLine.longestLateness
        return round.probes.reduce(waiting) { sum, probe in
            sum + duration(of: probe, at: round.line) * round.units.count
                + (isShort(probe, in: round) ? ReadOnlyLine.longestLateness : .zero)
        }
    }

    /// Whether a slow unit may still be answering when a probe has gone to every unit of the round.
    func isShort(_ probe: Probe, in round: Round) -> Bool {
        round.line != nil && duration(of: probe, at: round.line) * round.units.count < ReadOnlyLine.longestLateness
    }

    /// The time of an unanswered request: both frames on the wire, the timeout, and the silence between frames.
    package func duration(of probe: Probe, at line: SerialLine?) -> Duration {
        guard let line else { return timeout }
        return timeout + line.time(of: 13 + probe.table.bytes(of: probe.count)) + line.silenceBetweenFrames
    }
}

/// The settings to try on a serial line, the likely ones first.
struct SerialSettings {
    /// The configured setting and the factory settings of boards.
    var likeliest: [SerialLine]
    /// These and common ones.
    var likely: [SerialLine]
    /// Every other speed and parity.
    var rest: [SerialLine]

    private static let usual: [(Int, ModbusBusConfiguration.Parity)] = [
        (9600, .none), (4800, .none), (19_200, .even), (115_200, .none), (19_200, .none), (38_400, .none),
        (57_600, .none), (9600, .even),
    ]
    private static let everyBaud = [9600, 19_200, 115_200, 4800, 38_400, 57_600, 2400, 1200]

    init(_ configured: SerialLine, _ profiles: [BoardProfile], _ options: ScanOptions) {
        let boards = profiles.map { SerialLine(baud: $0.baud, $0.parity) }
        let bauds = options.bauds ?? Self.everyBaud
        let parities = options.parities ?? [.none, .even, .odd]
        let every = bauds.flatMap { baud in parities.map { SerialLine(baud: baud, $0) } }
        let isWanted = { (line: SerialLine) in
            (options.bauds?.contains(line.baud) ?? true)
                && (options.parities?.contains { SerialLine(baud: line.baud, $0).parity == line.parity } ?? true)
        }
        let first = ScanPlan.distinct([configured] + boards).filter(isWanted)
        let named =
            options.bauds == nil
            ? Self.usual.map { SerialLine(baud: $0.0, $0.1) }
            : bauds.flatMap { baud in
                (options.parities ?? [.none, .even]).map { SerialLine(baud: baud, $0) }
            }
        let likely = ScanPlan.distinct(first + named.filter(isWanted))
        self.likely = likely
        // If settings are named, try all requests at each of them.
        likeliest = options.bauds == nil && options.parities == nil ? first : likely
        rest = ScanPlan.distinct(every).filter { !likely.contains($0) }
    }
}
