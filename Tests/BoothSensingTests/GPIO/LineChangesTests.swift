// SPDX-License-Identifier: Apache-2.0
import GPIO
import Glibc
import Testing

@testable import BoothSensing

@Suite("Line changes")
struct LineChangesTests {
    private let silence = GPIOError(.readValues, code: EREMOTEIO)
    private let press = GPIOEdge(offset: 0, isActive: true, timestampNanoseconds: 1)

    @Test("keep an edge when the level behind it cannot be read")
    func failingLevel() {
        let changes = LineChanges(
            edges: { edges throws(GPIOError) in edges.append((0, press)) },
            levels: { () throws(GPIOError) in throw silence })
        #expect(changes.edges.map(\.edge) == [press])
        #expect(changes.levels == nil)
        #expect(changes.failure == silence)
    }

    @Test("keep the edges of one descriptor when another cannot be read")
    func failingEdges() {
        let changes = LineChanges(
            edges: { edges throws(GPIOError) in
                edges.append((0, press))
                throw silence
            },
            levels: { () throws(GPIOError) in [] })
        #expect(changes.edges.map(\.edge) == [press])
        #expect(changes.failure == silence)
    }

    @Test("believe a level only when no edge came while it was read")
    func lateEdges() {
        // Before the first level, while it was read, while it was read again.
        var batches: [[GPIOEdge]] = [[], [press], [press]]
        var readings = 0
        let changes = LineChanges(
            edges: { edges throws(GPIOError) in edges += (batches.popLast() ?? []).map { (0, $0) } },
            levels: { () throws(GPIOError) in
                readings += 1
                return [(0, true)]
            })
        #expect(readings == 2)
        #expect(changes.edges.count == 2)
        #expect(changes.levels?.map(\.isActive) == [true])
    }

    @Test("have no level of a line whose edges come faster than they can be read, and that of the others")
    func restlessLine() {
        let changes = LineChanges(
            edges: { edges throws(GPIOError) in edges.append((0, press)) },
            levels: { () throws(GPIOError) in [(0, true), (1, true)] })
        #expect(changes.edges.count == 5)
        #expect(changes.levels?.map(\.line) == [1])
        #expect(changes.failure == nil)
    }
}
