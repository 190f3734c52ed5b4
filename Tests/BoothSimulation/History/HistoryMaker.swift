// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Makes up what happens to a booth: days of use with trouble in between. Where a rule has an edge, steps fall on it.
struct HistoryMaker {
    static let day: Int64 = 86_400_000_000_000
    private static let second: Int64 = 1_000_000_000
    private static let millisecond: Int64 = 1_000_000

    private let days: Int
    private var random: SeededRandom
    private var steps: [TimedStep] = []
    private var tasks = 0
    private let targets: [TargetID] = ["police", "grid", "backup"]
    private let authority: TargetID
    /// How much happens, and how much goes wrong, this week.
    private var bustle = 1.0
    private var trouble = 1.0
    /// Until when the power is away or about to come back: another cut would be none.
    private var darkUntil: Int64 = 0

    init(seed: UInt64, days: Int) {
        self.days = days
        random = SeededRandom(seed: seed ^ 0x5EED_0000_0000_0000)
        authority = Int(seed % 64) % BoothPlan.kinds == 1 ? "grid" : "police"
    }

    mutating func make() -> [TimedStep] {
        for number in 0..<days {
            if number % 7 == 0 {
                bustle = pick([0.03, 0.03, 0.03, 0.03, 0.03, 0.1, 0.1, 0.1, 0.4, 2])
                trouble = pick([0, 0, 0.1, 0.1, 0.3, 0.3, 1, 3])
            }
            live(Int64(number) * Self.day)
        }
        let order = steps.indices.sorted { (steps[$0].at, $0) < (steps[$1].at, $1) }
        return order.map { steps[$0] }
    }

    // MARK: Chance

    private mutating func time(in day: Int64) -> Int64 { day + Int64.random(in: 0..<Self.day, using: &random) }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    private mutating func choice() -> Int { Int.random(in: 0..<10_000, using: &random) }

    /// So many times on average.
    private mutating func times(_ average: Double) -> Int {
        let whole = Int(average)
        return whole + (chance(average - Double(whole)) ? 1 : 0)
    }

    private mutating func add(_ at: Int64, _ step: Step) { steps.append(TimedStep(at: at, step)) }

    // MARK: A day

    private mutating func live(_ day: Int64) {
        for _ in 0..<times(2 * bustle) { press(at: time(in: day)) }
        for _ in 0..<times(1.5 * bustle) { letters(at: time(in: day)) }
        for _ in 0..<times(1.5 * bustle) { door(at: time(in: day)) }
        for _ in 0..<times(0.7 * bustle) { contact(at: time(in: day)) }
        for _ in 0..<times(0.4 * bustle) { power(at: time(in: day)) }
        for _ in 0..<times(0.8 * bustle) { people(at: time(in: day)) }
        for _ in 0..<times(1.2 * bustle) { task(at: time(in: day)) }
        if chance(0.5) { add(time(in: day), .closeAll(authority, most: 40)) }
        for _ in 0..<times(0.4 * trouble) { platform(at: time(in: day)) }
        for _ in 0..<times(0.4 * trouble) { receipt(at: time(in: day)) }
        for _ in 0..<times(0.3 * trouble) { disk(at: time(in: day)) }
        for _ in 0..<times(0.3 * trouble) { device(at: time(in: day)) }
        for _ in 0..<times(0.3 * trouble) { ending(at: time(in: day)) }
        for _ in 0..<times(0.1 * trouble) { clock(at: time(in: day)) }
        for _ in 0..<times(0.1 * trouble) { rarely(at: time(in: day)) }
    }

    // MARK: Contacts

    private mutating func press(at start: Int64) {
        let point: PointID = pick(["help-1", "help-2", "help-2", "duress-1", "help-3"])
        var at = start
        for _ in 0..<(chance(0.4) ? Int.random(in: 2...4, using: &random) : 1) {
            if point == "help-3" {
                add(at, .count(point, Int.random(in: 1...3, using: &random)))
            } else {
                // Longer than anybody presses now and then: at the edge of it, and far beyond.
                let hold =
                    chance(0.1)
                    ? pick([59_999, 60_000, 60_001, 300_000]) : Int64.random(in: 100...1500, using: &random)
                add(at, .contact(point, .active))
                add(at + hold * Self.millisecond, .contact(point, .normal))
                at += hold * Self.millisecond
            }
            // The next one: soon, or at the edge of what counts as a repeat.
            let gap: Int64 = pick([300, 1999, 2000, 2001, 29_999, 30_000, 30_001, 44_999, 45_000, 60_000])
            let fromPress = chance(0.5) && gap > 2001
            let last = steps.last { $0.step == .contact(point, .active) || $0.step.isCount(of: point) }?.at ?? at
            at =
                fromPress && last + gap * Self.millisecond > at
                ? last + gap * Self.millisecond : at + gap * Self.millisecond
        }
        if chance(0.3) { add(at + Self.second, .receipt(pick(targets), choice: choice(), .early)) }
    }

    private mutating func letters(at start: Int64) {
        var at = start
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            add(at, .contact("mail-slot", .active))
            let hold: Int64 = chance(0.05) ? 70_000 : 150
            add(at + hold * Self.millisecond, .contact("mail-slot", .normal))
            at += max(hold + 50, pick([400, 9_999, 10_000, 10_001, 19_999, 20_000, 60_000])) * Self.millisecond
        }
        // Somebody collects them, soon or not for more than a week.
        guard chance(0.35) else { return }
        let opened = at + pick([5, 3600, 40_000]) * Self.second
        add(opened, .contact("mail-door", .active))
        add(opened + pick([5, 29, 30, 31, 90]) * Self.second, .contact("mail-door", .normal))
    }

    private mutating func door(at start: Int64) {
        var at = start
        for _ in 0..<(chance(0.4) ? 2 : 1) {
            let open: Int64 = pick([3_000, 20_000, 89_999, 90_000, 90_001, 119_999, 120_000, 120_001, 3_600_000])
            add(at, .contact("room-door", .active))
            add(at + open * Self.millisecond, .contact("room-door", .normal))
            if chance(0.5) {
                add(at - 20 * Self.second, .contact("street-door", .active))
                add(at - 10 * Self.second, .contact("street-door", .normal))
            }
            at += open * Self.millisecond + pick([500, 29_999, 30_000, 30_001, 45_000]) * Self.millisecond
        }
    }

    private mutating func contact(at start: Int64) {
        let point: PointID = pick(["tamper-1", "gate", "gate"])
        var at = start
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            let state: PointState = point == "gate" ? pick([.active, .active, .cut, .short]) : .active
            add(at, .contact(point, state))
            let hold: Int64 = pick([500, 5_000, 600_000])
            if state == .active, chance(0.2) {
                add(at + hold * Self.millisecond / 2, .contact(point, point == "gate" ? .cut : .active))
            }
            add(at + hold * Self.millisecond, .contact(point, .normal))
            at += (hold + pick([1000, 29_999, 30_000, 30_001, 44_999, 45_000])) * Self.millisecond
        }
    }

    private mutating func power(at start: Int64) {
        var at = start
        for _ in 0..<(chance(0.4) ? 2 : 1) {
            let away: Int64 = pick([1_000, 4_999, 5_000, 5_001, 9_999, 10_000, 10_001, 3_600_000])
            add(at, .contact("mains", .active))
            add(at + away * Self.millisecond, .contact("mains", .normal))
            at += (away + pick([500, 29_999, 30_000, 30_001])) * Self.millisecond
        }
    }

    // MARK: People and platforms

    private mutating func people(at: Int64) {
        switch Int.random(in: 0..<9, using: &random) {
        case 0: add(at, .acknowledge(choice: choice()))
        case 1: add(at, .close(choice: choice()))
        case 2: add(at, .arm)
        case 3: add(at, .disarm(hours: pick([nil, nil, 1, 8, 500])))
        case 4: add(at, .retry)
        case 5: walkTest(at: at)
        default: add(at, .look(pick(Step.Look.allCases)))
        }
    }

    private mutating func walkTest(at start: Int64) {
        add(start, .beginTest(chance(0.5) ? nil : pick(["help-1", "mail-slot", "room-door", "gate"])))
        // Somebody in need, or at the gate, just before: that is no test.
        if chance(0.5) {
            let point: PointID = pick(["help-1", "gate"])
            add(start - 8 * Self.second, .contact(point, .active))
            add(start - 7 * Self.second, .contact(point, .normal))
        }
        var at = start + 5 * Self.second
        for point in ["help-1", "mail-slot", "room-door", "gate", "tamper-1", "help-2"] as [PointID] where chance(0.6) {
            add(at, .contact(point, .active))
            if chance(0.8) { add(at + 2 * Self.second, .contact(point, .normal)) }
            at += pick([3, 7, 31]) * Self.second
        }
        if chance(0.8) { add(at + 10 * Self.second, .hangUp) }
        for point in ["room-door", "gate", "tamper-1", "mail-slot", "help-1", "help-2"] as [PointID] {
            add(at + 700 * Self.second, .contact(point, .normal))
        }
    }

    private mutating func task(at: Int64) {
        tasks += 1
        let target = chance(0.9) ? authority : pick(targets)
        let order: Step.PlannedTask.Order
        switch Int.random(in: 0..<14, using: &random) {
        case 0...4: order = .incident(choice: choice(), pick([.accepted, .dispatched, .handled, .closed, .raised]))
        case 5, 6: order = .reroute(choice: choice(), pick([.police, .community, .fault]))
        case 7: order = .stranger
        case 8: order = .arm(hours: pick([nil, 2, 200]))
        case 9: order = .disarm(hours: pick([nil, 2, 200]))
        case 10, 11:
            order = .output(
                pick(["siren", "siren", "siren", "help-lamp", "horn"]), isOn: chance(0.7), seconds: pick([nil, 5, 600]))
        case 12: order = .test
        default: order = pick([.malformed, .unknown])
        }
        var planned = Step.PlannedTask(number: tasks, order: order, expires: pick([nil, 0, 5, 3600]))
        planned.isTwice = chance(0.2)
        add(at, .task(target, planned))
        if chance(0.1) { add(at + 3600 * Self.second, .forgetCursor(target)) }
    }

    private mutating func platform(at start: Int64) {
        let target = pick(targets)
        guard chance(0.85) else { return add(start, .delay(target, pick([5, 40, 3_000, 20_000]))) }
        let mood: Step.Mood = pick([
            .partial(2), .partial(3), .rejecting(3), .poison, .rerouting(.community), .rerouting(.police),
            .rerouting(.fault),
            .promising(5), .promising(90), .promising(nil), .silent, .silent, .deaf, .unavailable, .wrong,
        ])
        add(start, .mood(target, mood))
        add(start + pick([60, 600, 7_200, 40_000]) * Self.second, .mood(target, .good))
    }

    private mutating func receipt(at: Int64) {
        let word: Step.Word = pick([
            .early, .again, .contrary, .stolen, .forged, .reroute(.community), .reroute(.police), .reroute(.fault),
        ])
        add(at, .receipt(pick(targets), choice: choice(), word))
    }

    // MARK: Trouble

    private mutating func disk(at start: Int64) {
        let disk: Step.Disk = pick([
            .refuses(isFull: false), .refuses(isFull: true), .refuses(isFull: false), .slow(5), .slow(400),
            .slow(8_000),
        ])
        add(start, .disk(disk))
        add(start + pick([2, 300, 7_200]) * Self.second, .disk(.well))
    }

    private mutating func device(at start: Int64) {
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            add(
                start,
                .chatter(pick(["help-1", "duress-1", "room-door", "gate", "tamper-1"]), edges: pick([10, 30, 60])))
        case 1: add(start, .missed(pick(["help-1", "room-door"]), pick([nil, 1, 40])))
        case 2:
            if chance(0.5) {
                add(start, .flood(pick(["help-1", "duress-1"])))
            } else {
                add(start, .missed("duress-1", 3))
            }
            if chance(0.5) { add(start + 30 * Self.second, .missed("duress-1", 2)) }
        default:
            let device = pick(Contacts.devices)
            add(start, .device(device, isLost: true))
            add(start + pick([1, 60, 3_600, 20_000]) * Self.second, .device(device, isLost: false))
        }
    }

    private mutating func ending(at start: Int64) {
        var at = start
        // At any moment, or in the middle of what a press leads to.
        if chance(0.5), let last = steps.last(where: { $0.at > start - Self.day }) {
            at = max(last.at, start - Self.day)
        }
        guard at > darkUntil else { return }
        let opening: Step.Opening = pick([
            .ready, .ready, .ready, .ready, .ready, .late(200), .late(5_000), .late(400_000), .spoiled(seed: choice()),
            .gone,
        ])
        let effects = pick([1, 2, 3, 5, 8, 13, 20])
        let kept = pick([0, 0, 1, 100])
        switch Int.random(in: 0..<5, using: &random) {
        case 0: add(at, .ending(.stop, opening))
        case 1, 2: add(at, .ending(.crash(effects: effects, kept: kept), opening))
        default:
            let seconds = pick([1, 30, 3_600, 100_000])
            let rtc: Step.RTC = pick([
                .right, .right, .right, .right, .right, .reset(5), .reset(5), .reset(900), .reset(40_000), .lost,
            ])
            add(at, .ending(.powerCut(effects: effects, seconds: seconds, kept: kept, clock: rtc), opening))
            darkUntil = at + Int64(seconds) * Self.second
        }
    }

    private mutating func clock(at start: Int64) {
        // A leap second, a slip, an hour, 56 years back, a century ahead.
        let skews: [Int64] = [
            1000, -1000, 70, 3_600_000, -3_600_000, -56 * 365 * 86_400_000, 30 * 365 * 86_400_000,
        ]
        add(start, .clock(isSynchronised: chance(0.5), skew: pick(skews)))
        add(start + pick([1, 600, 30_000, 100_000]) * Self.second, .clock(isSynchronised: true, skew: 0))
    }

    private mutating func rarely(at: Int64) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0, 1: add(at, .stall(pick([200, 2_500, 20_000])))
        case 2: add(at, .reload(isRight: chance(0.5)))
        default: add(at, .spoil(seed: choice()))
        }
    }
}

extension Step {
    fileprivate func isCount(of point: PointID) -> Bool { if case .count(point, _) = self { true } else { false } }
}
