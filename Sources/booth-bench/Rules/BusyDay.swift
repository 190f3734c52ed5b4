// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// Random numbers that are the same in every run (splitmix64).
struct RepeatableNumbers: RandomNumberGenerator {
    private var state: UInt64 = 20_260_101

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func seconds(_ range: ClosedRange<Int64>) -> Duration { .seconds(Int64.random(in: range, using: &self)) }
}

/// The activity at a busy booth in one day: about thirty incidents, and a street door that moves all the time.
struct BusyDay {
    private let booth: BusyBooth
    private let midnight: BootTime
    private var numbers: RepeatableNumbers
    private(set) var inputs: [(time: BootTime, input: BoothInput)] = []

    /// - Parameters:
    ///   - day: counted from 0.
    ///   - midnight: when the day begins.
    ///   - numbers: the random numbers, which are consumed.
    init(_ day: Int, at midnight: BootTime, of booth: BusyBooth, _ numbers: inout RepeatableNumbers) {
        self.booth = booth
        self.midnight = midnight
        self.numbers = numbers
        press(.helpButton, times: 12)
        if day % 7 == 3 { press(.duressButton, times: 1) }
        pulse(.streetDoor, times: 200, hours: 6...22, seconds: 2...20)
        pulse(.roomDoor, times: 20, hours: 9...10, seconds: 5...60)
        pulse(.roomDoor, times: 2, hours: 19...22, seconds: 10...400)
        pulse(.mailSlot, times: 6, hours: 7...18, seconds: 1...2)
        // Sometimes a letter box is not emptied for more than a week.
        if day % 30 > 9 { pulse(.mailDoor, times: 1, hours: 14...14, seconds: 30...90) }
        if day % 10 == 0 { pulse(.mailDoor, times: 1, hours: 23...23, seconds: 30...90) }
        pulse(.tamper, times: 1, hours: 0...23, seconds: 5...600)
        pulse(.contact, times: 5, hours: 0...23, seconds: 5...300)
        pulse(.mainsPower, times: 2, hours: 0...23, seconds: 4...1800)
        pulse(.battery, times: 1, hours: 0...23, seconds: 4...60)
        breakThings()
        tasks(on: day)
        numbers = self.numbers
    }

    private mutating func add(_ input: BoothInput, _ offset: Duration) { inputs.append((midnight + offset, input)) }

    private mutating func time(hours: ClosedRange<Int64>) -> Duration {
        .milliseconds(
            Int64.random(in: hours.lowerBound * 3_600_000..<(hours.upperBound + 1) * 3_600_000, using: &numbers))
    }

    /// A person in need presses several times.
    private mutating func press(_ kind: PointKind, times: Int) {
        for number in 0..<times {
            var start = time(hours: 0...23)
            for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                add(.reading(booth.point(kind, number), .active), start)
                add(.reading(booth.point(kind, number), .normal), start + .milliseconds(400))
                start += .seconds(3)
            }
        }
    }

    private mutating func pulse(
        _ kind: PointKind, times: Int, hours: ClosedRange<Int64>, seconds: ClosedRange<Int64>
    ) {
        for number in 0..<times {
            let start = time(hours: hours)
            add(.reading(booth.point(kind, number), .active), start)
            add(.reading(booth.point(kind, number), .normal), start + numbers.seconds(seconds))
        }
    }

    private mutating func breakThings() {
        let (unit, link) = (time(hours: 0...22), time(hours: 0...22))
        add(.device(.unit(1, of: "cabinet"), isLost: true), unit)
        add(.device(.unit(1, of: "cabinet"), isLost: false), unit + numbers.seconds(10...3600))
        add(.link(BusyBooth.police, isLost: true), link)
        add(.link(BusyBooth.police, isLost: false), link + numbers.seconds(10...3600))
        add(.missed(booth.point(.roomDoor, 0)), time(hours: 0...23))
    }

    private mutating func tasks(on day: Int) {
        func task(_ kind: String, _ order: PlatformTask.Order) -> BoothInput {
            .task(PlatformTask(id: "\(kind)-\(day)", kind: kind, order: order))
        }
        if day % 7 == 1 { add(task("arm", .arm(until: nil)), .seconds(10 * 3600)) }
        if day % 7 == 5 { add(task("disarm", .disarm(until: nil)), .seconds(20 * 3600)) }
        if day % 7 == 2 { add(task("output", .output("siren", isOn: true, span: .seconds(30))), .seconds(3 * 3600)) }
        if day % 30 == 4 { add(task("test", .test), .seconds(11 * 3600)) }
    }
}
