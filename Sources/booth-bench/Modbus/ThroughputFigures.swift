// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import Rehearsal

/// Units polled per second over TCP, with answers after 5 ms: 31 units behind one gateway, and 32 gateways with one
/// each.
struct ThroughputFigures {
    let contest: Contest
    let spans: ContestSpans

    func measure() throws -> [Comparison] {
        [
            try measure(
                id: "one-gateway", Message(zh: "TCP,1 个网关 31 个单元:每秒轮询", en: "TCP, 31 units of one gateway: asked"),
                gateways: 1, units: 31),
            try measure(
                id: "many-gateways", Message(zh: "TCP,32 个网关各 1 个单元:每秒轮询", en: "TCP, 32 gateways of one unit: asked"),
                gateways: 32, units: 1),
        ]
    }

    private func measure(id: String, _ name: Message, gateways count: Int, units: Int) throws -> Comparison {
        let ours = try observe(count, units) { task, gateways in
            try contest.startAgent(task, named: id, units: gateways, log: gateways.log)
        }
        var sides: [Comparison.Side] = []
        for peer in contest.peers where [.libmodbus, .pymodbus].contains(peer.peer) {
            sides.append(try observe(count, units) { try start(peer, $0, $1, named: "\(id)-\(peer.peer)") })
        }
        return Comparison(
            id: "modbus-tcp-\(id)", name: name, unit: .eventsPerSecond, ours: ours,
            baselines: contest.baselines(sides, of: [.libmodbus, .pymodbus]))
    }

    private func start(
        _ peer: Peer.Found, _ task: PollingTask, _ gateways: Gateways, named name: String
    ) throws -> Contestant {
        guard let program = try peer.start(task, named: name, in: contest.booth) else {
            throw RehearsalError("\(peer.name.en) does not speak over TCP")
        }
        return Contestant(name: peer.name, program: program, log: gateways.log, company: [gateways])
    }

    private func observe(
        _ count: Int, _ units: Int, _ start: (PollingTask, Gateways) throws -> Contestant
    ) throws -> Comparison.Side {
        let gateways = try Gateways(count)
        let task = PollingTask(link: .tcp(ports: gateways.ports), units: units, period: nil)
        let contestant = try start(task, gateways)
        let begin = try contest.waitUntilSteady([contestant], min(spans.settling, .seconds(2)))
        sleep(until: begin + spans.throughput)
        let calls = gateways.log.calls(from: begin, to: begin + spans.throughput).count
        try contestant.stop()
        return Comparison.Side(
            name: contestant.name, value: Double(calls) * 1e9 / Double(spans.throughput.nanoseconds))
    }
}
