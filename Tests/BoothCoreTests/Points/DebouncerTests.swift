// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport
import Testing

@testable import BoothCore

@Suite("Debouncer")
struct DebouncerTests {
    @Test("lets the first state ever through at once", arguments: [true, false], [PointState.normal, .active, .cut])
    func first(countsLeadingEdge: Bool, state: PointState) {
        var debouncer = Debouncer(period: .milliseconds(10), countsLeadingEdge: countsLeadingEdge)
        #expect(debouncer.apply(state: state, at: milliseconds(5)) == state)
        #expect(debouncer.nextDeadline == nil)
    }

    @Test("with a period of zero lets every change through, and no repetition")
    func zeroPeriod() {
        var debouncer = Debouncer(period: .zero, countsLeadingEdge: false)
        let said: [PointState] = [.normal, .active, .active, .normal, .active]
        let counted = said.enumerated().compactMap { debouncer.apply(state: $1, at: milliseconds($0)) }
        #expect(counted == [.normal, .active, .normal, .active])
    }

    @Test("counts a press that is over before the period is, and then its release")
    func shortPress() {
        let counted = run(leadingEdge: true, [(0, .normal), (100, .active), (101, .normal)], until: 200)
        #expect(counted == [Counted(0, .normal), Counted(100, .active), Counted(101, .normal)])
    }

    @Test("counts a bouncing press and a bouncing release once each")
    func bouncingPress() {
        let press = (0..<20).map { (100 + 2 * $0, $0 % 2 == 0 ? PointState.active : .normal) } + [(140, .active)]
        let release = (0..<20).map { (500 + 2 * $0, $0 % 2 == 0 ? PointState.normal : .active) } + [(540, .normal)]
        let counted = run(leadingEdge: true, [(0, .normal)] + press + release, until: 1000)
        #expect(counted == [Counted(0, .normal), Counted(100, .active), Counted(540, .normal)])
    }

    @Test("stamps a door with the first edge of the level that held")
    func stampsDoor() {
        let edges: [(Int, PointState)] = [(0, .normal), (50, .active), (52, .normal), (54, .active), (60, .active)]
        #expect(run(leadingEdge: false, edges, until: 200) == [Counted(0, .normal), Counted(54, .active)])
    }

    @Test("says nothing of a level that did not hold")
    func glitch() {
        let counted = run(leadingEdge: false, [(0, .normal), (50, .active), (59, .normal)], until: 200)
        #expect(counted == [Counted(0, .normal)])
    }

    @Test("counts at the instant when the period is over, not before")
    func boundary() {
        var debouncer = Debouncer(period: .milliseconds(10), countsLeadingEdge: false)
        _ = debouncer.apply(state: .normal, at: milliseconds(0))
        #expect(debouncer.apply(state: .active, at: milliseconds(50)) == nil)
        #expect(debouncer.nextDeadline == milliseconds(60))
        #expect(debouncer.advance(to: BootTime(nanoseconds: 59_999_999)) == nil)
        #expect(debouncer.advance(to: milliseconds(60))?.0 == .active)
        #expect(debouncer.nextDeadline == nil)
    }

    @Test("takes what was unknown at once")
    func unknown() {
        let said: [(Int, PointState)] = [(0, .unknown), (50, .active), (70, .unknown), (71, .normal)]
        let counted = run(leadingEdge: false, said, until: 200)
        #expect(
            counted == [
                Counted(0, .unknown), Counted(50, .active), Counted(70, .unknown), Counted(71, .normal),
            ])
    }

    // What must hold for any input; the seeds make a failure repeatable.

    @Test("ends on the level of the input, alternates, and never runs backwards", arguments: 0..<200 as Range<UInt64>)
    func properties(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let leadingEdge = seed % 2 == 0
        let edges = randomEdges(&random)
        let counted = run(leadingEdge: leadingEdge, edges, until: 1_000_000)
        #expect(counted.last?.state == edges.last?.1)
        #expect(zip(counted, counted.dropFirst()).allSatisfy { $0.state != $1.state && $0.at <= $1.at })
        // Each stamp is the instant of an edge to that state.
        let instants = Set(edges.map { Counted($0.0, $0.1) })
        #expect(counted.allSatisfy { instants.contains($0) })
    }

    @Test("counts exactly the levels that held, for a door", arguments: 0..<200 as Range<UInt64>)
    func countsWhatHeld(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let edges = randomEdges(&random)
        var expected: [Counted] = []
        for (index, edge) in edges.enumerated() {
            let next = index + 1 < edges.count ? edges[index + 1].0 : 1_000_000
            let held = next - edge.0 >= 10 || index == 0
            if held, expected.last?.state != edge.1 { expected.append(Counted(edge.0, edge.1)) }
        }
        #expect(run(leadingEdge: false, edges, until: 1_000_000) == expected)
    }

    @Test("misses no press that follows a rest, however short it is", arguments: 0..<200 as Range<UInt64>)
    func missesNoPress(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var edges: [(Int, PointState)] = [(0, .normal)]
        var presses: [Int] = []
        var time = 100
        for _ in 0..<10 {
            presses.append(time)
            for bounce in 0..<Int.random(in: 1...9, using: &random) where bounce % 2 == 0 {
                edges += [(time, .active), (time + 1, .normal)]
                time += 2
            }
            time += Int.random(in: 11...500, using: &random)
        }
        let counted = run(leadingEdge: true, edges, until: time)
        #expect(counted.filter { $0.state == .active }.map(\.at) == presses)
    }

    // MARK: -

    private struct Counted: Hashable, CustomStringConvertible {
        var at: Int
        var state: PointState
        init(_ at: Int, _ state: PointState) {
            self.at = at
            self.state = state
        }
        var description: String { "\(state)@\(at)" }
    }

    private func milliseconds(_ count: Int) -> BootTime { BootTime(nanoseconds: Int64(count) * 1_000_000) }

    /// Alternating edges, 1...30 ms apart.
    private func randomEdges(_ random: inout SeededRandom) -> [(Int, PointState)] {
        var time = 0
        return (0..<Int.random(in: 1...60, using: &random)).map { index in
            time += Int.random(in: 1...30, using: &random)
            return (time, index % 2 == 0 ? .normal : .active)
        }
    }

    /// Plays `edges` (milliseconds, state) as a driver does, with a period of 10 ms.
    private func run(leadingEdge: Bool, _ edges: [(Int, PointState)], until end: Int) -> [Counted] {
        var debouncer = Debouncer(period: .milliseconds(10), countsLeadingEdge: leadingEdge)
        var counted: [Counted] = []
        func advance(to time: BootTime) {
            guard let (state, instant) = debouncer.advance(to: time) else { return }
            counted.append(Counted(Int(instant.milliseconds), state))
        }
        for (time, state) in edges {
            advance(to: milliseconds(time))
            if let state = debouncer.apply(state: state, at: milliseconds(time)) {
                counted.append(Counted(time, state))
            }
        }
        advance(to: milliseconds(end))
        return counted
    }
}
