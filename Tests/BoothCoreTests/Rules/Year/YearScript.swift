// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport

/// A random year of a booth: what happens, in order. The same seed is the same year.
struct YearScript {
    /// How often its agent or its board is started anew.
    enum Interruptions {
        case none, restarts, reboots
        /// Starts without the journal, which comes later.
        case blind
    }

    static let length: Int64 = 365 * 86_400_000

    private var random: SeededRandom
    private var drawn: [(at: Int64, step: YearStep)] = []
    private var tasks: [YearTask] = []
    private var walks: [ClosedRange<Int64>] = []

    /// - Returns: steps with the millisecond of the year in which each happens, in order.
    static func steps(seed: UInt64, interruptions: Interruptions) -> [(at: Int64, step: YearStep)] {
        var script = YearScript(random: SeededRandom(seed: seed))
        script.draw()
        // The same year otherwise: interruptions have numbers of their own.
        script.random = SeededRandom(seed: seed ^ 0xB007)
        script.interrupt(interruptions)
        return script.drawn.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
    }

    private init(random: SeededRandom) { self.random = random }

    private mutating func draw() {
        var time: Int64 = 60_000
        while time < Self.length {
            happen(at: time)
            for _ in 0..<number(1...4) { answer(after: time) }
            // Now a busy evening, now days of nothing.
            time += chance(60) ? number64(1_000...1_800_000) : number64(3_600_000...600_000_000)
        }
    }

    private mutating func interrupt(_ interruptions: Interruptions) {
        guard interruptions != .none else { return }
        let times = drawn.map(\.at)
        if interruptions == .blind { return goBlind(near: times) }
        for _ in 0..<40 {
            // Close to something that happens, now and then at the very instant.
            let time = times[Int.random(in: times.indices, using: &random)] + number64(0...3_000)
            if interruptions == .reboots, chance(60) {
                goDark(at: time)
            } else if interruptions == .reboots || !walks.contains(where: { $0.contains(time) }) {
                // A start ends a walk test: the year would not be the same.
                add(.restart, time)
            }
        }
    }

    private mutating func goBlind(near times: [Int64]) {
        let starts = (0..<60).map { _ in times[Int.random(in: times.indices, using: &random)] + number64(0...3_000) }
        var end: Int64 = 0
        for time in starts.sorted() where time > end {
            let dark: Int64? = chance(40) ? number64(1_000...40_000_000) : nil
            add(.blind(dark: dark.map { .milliseconds($0) }), time)
            end = time + (dark ?? 0) + (chance(50) ? number64(0...60_000) : number64(0...200_000_000))
            add(.recall, end)
        }
    }

    private mutating func goDark(at time: Int64) {
        let dark = number64(1_000...40_000_000)
        add(.reboot(dark: .milliseconds(dark)), time)
        guard chance(40) else { return }
        add(.clock(.unsynced, skew: -55 * Self.length), time + 1)
        add(.clock(.synced, skew: 0), time + dark + number64(1_000...900_000))
    }

    // MARK: What happens

    private mutating func happen(at time: Int64) {
        switch number(0...99) {
        case 0..<22: press(pick(["help-1", "help-2", "duress-1"]), from: time)
        case 22..<32: touch(pick(["tamper-1", "gate"]), from: time)
        case 32..<42: open("room-door", from: time)
        case 42..<45: open("street-door", from: time)
        case 45..<58: post(from: time)
        case 58..<65: open("mail-door", from: time)
        case 65..<69: read("mains", for: number64(1_000...600_000), from: time)
        case 69..<73: for press in 0..<number64(1...4) { add(.count("help-3", number(1...5)), time + press * 9_000) }
        case 73..<76: add(.miss("help-1", chance(50) ? nil : 7), time)
        case 76..<80: breakDown(from: time)
        case 80..<83: mistrust(from: time)
        case 83..<86: walk(from: time)
        default: command(at: time)
        }
    }

    private mutating func read(_ point: PointID, for span: Int64, from time: Int64) {
        add(.read(point, .active), time)
        add(.read(point, .normal), time + span)
    }

    private mutating func press(_ point: PointID, from start: Int64) {
        var time = start
        for _ in 0..<number(1...6) {
            let held = chance(5) ? 90_000 : number64(80...2_500)
            read(point, for: held, from: time)
            time += held + number64(200...40_000)
        }
    }

    private mutating func touch(_ point: PointID, from start: Int64) {
        var time = start
        for _ in 0..<number(1...3) {
            let held = number64(500...400_000)
            add(.read(point, point == "tamper-1" && chance(40) ? .cut : .active), time)
            add(.read(point, .normal), time + held)
            time += held + number64(1_000...60_000)
        }
    }

    private mutating func open(_ door: PointID, from time: Int64) {
        read(door, for: chance(20) ? number64(120_000...7_200_000) : number64(2_000...60_000), from: time)
    }

    private mutating func post(from start: Int64) {
        var time = start
        for _ in 0..<number(1...8) {
            read("mail-slot", for: number64(100...400), from: time)
            time += number64(500...15_000)
        }
    }

    private mutating func breakDown(from time: Int64) {
        let back = time + number64(100...90_000_000)
        if chance(50) {
            add(.lose(.unit(2, of: "inside")), time)
            add(.find(.unit(2, of: "inside")), back)
        } else {
            add(.link("police", stands: true), time)
            add(.link("police", stands: false), back)
        }
    }

    private mutating func mistrust(from time: Int64) {
        // To 1970, as a board without a battery has it; an hour back; and not at all.
        add(.clock(chance(50) ? .unsynced : .holdover, skew: pick([-55 * Self.length, -3_600_000, 0])), time)
        add(.clock(.synced, skew: 0), time + number64(1_000...100_000_000))
    }

    private mutating func walk(from time: Int64) {
        add(.beginTest, time)
        for point in ["help-1", "gate", "mail-slot", "room-door"] as [PointID] where chance(70) {
            read(point, for: number64(200...5_000), from: time + number64(0...200_000))
        }
        let end = time + number64(100_000...300_000)
        add(.endTest, end)
        walks.append(time...end)
    }

    // MARK: What is said to it

    private mutating func answer(after time: Int64) {
        let then = time + number64(100...900_000)
        switch number(0...19) {
        case 0..<3: add(.receipt(choice: choice(), .sent), then)
        case 3..<4: add(.receipt(choice: choice(), .returned), then)
        case 4..<12: add(.receipt(choice: choice(), .accepted), then)
        case 12..<14: add(.receipt(choice: choice(), .rejected), then)
        case 14..<16: add(.receipt(choice: choice(), .reroute(pick([.police, .community, .fault]))), then)
        case 16..<17: add(.late(choice: choice(), pick([.accepted, .rejected, .reroute(.community)])), then)
        case 17..<18: add(.acknowledge(choice: choice()), then)
        default: command(at: then)
        }
    }

    private mutating func command(at time: Int64) {
        if chance(15), let old = tasks.randomElement(using: &random) { return add(.task(old, from: "police"), time) }
        if chance(30) { return add(.close(choice: choice()), time) }
        let task = YearTask(number: tasks.count, order: order(), isExpired: chance(8))
        tasks.append(task)
        add(.task(task, from: chance(10) ? "grid" : "police"), time)
    }

    private mutating func order() -> YearTask.Order {
        switch number(0...19) {
        case 0..<2: .incident(choice: choice(), pick([.accepted, .raised]))
        case 2..<5: .incident(choice: choice(), pick([.dispatched, .handled]))
        case 5..<12: .incident(choice: choice(), .closed)
        case 12..<14: .reroute(choice: choice(), pick([.police, .community]))
        case 14: .arm(hours: chance(50) ? nil : number64(1...100))
        case 15: .disarm(hours: chance(50) ? nil : number64(1...200))
        case 16: .output(pick(["siren", "help-lamp", "nothing"]))
        case 17: .test
        case 18: .stranger
        default: .malformed
        }
    }

    // MARK: Drawing

    private mutating func add(_ step: YearStep, _ time: Int64) { drawn.append((time, step)) }
    private mutating func chance(_ percent: Int) -> Bool { number(0...99) < percent }
    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private mutating func number64(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
    private mutating func choice() -> Int { number(0...1_000_000) }
    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: values.indices, using: &random)]
    }
}
