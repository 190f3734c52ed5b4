// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Checks how one unit answers, and what its counters say about the wiring.
enum UnitChecks {
    /// Fewer requests than this are too few to judge.
    private static let enough = 200
    /// The share of bad answers: 0.1 % needs a look, 1 % loses presses.
    private static let crc = (warning: 0.001, failure: 0.01)
    /// The share of missed answers. A unit may be slow now and then.
    private static let timeouts = (warning: 0.01, failure: 0.1)
    /// The share of refusals. A missing address is refused every time.
    private static let exceptions = 0.01

    static func findings(_ unit: UnitCounters, _ configuration: Configuration) -> [Finding] {
        let subject = "\(unit.bus)/\(unit.unit)"
        if unit.state == .silent { return [silent(unit, subject)] }
        guard unit.requests > 0 else {
            return [
                .warning(
                    .modbus, subject, Message(zh: "还没有问过", en: "not asked yet"),
                    next: Message(zh: "过一会儿再看", en: "look again in a while"))
            ]
        }
        let found =
            broken(unit, subject) + missed(unit, subject)
            + refused(unit, subject, configuration)
        return found.isEmpty ? [.ok(.modbus, subject, figures(unit))] : found
    }

    private static func figures(_ unit: UnitCounters) -> Message {
        let (zh, en) =
            unit.roundTripP99.map { ("，往返 P99 \(rounded($0)) 毫秒", ", round trip p99 \(rounded($0)) ms") } ?? ("", "")
        return Message(
            zh: "\(unit.requests) 次请求，超时 \(unit.timeouts)，坏帧 \(unit.crc)，异常 \(unit.exceptions)\(zh)",
            en:
                "\(unit.requests.counted("request")), \(unit.timeouts.counted("timeout")), \(unit.crc) broken, "
                + "\(unit.exceptions.counted("exception"))\(en)"
        )
    }

    private static func silent(_ unit: UnitCounters, _ subject: String) -> Finding {
        .failure(
            .modbus, subject, Message(zh: "没有应答", en: "does not answer"),
            next: Message(
                zh: "检查电源、A/B 接线、地址拨码；boothctl modbus scan \(unit.bus) 找出它的波特率与地址",
                en:
                    "check its power, A and B, and its address switches; boothctl modbus scan \(unit.bus) finds its speed "
                    + "and address"))
    }

    private static func broken(_ unit: UnitCounters, _ subject: String) -> [Finding] {
        guard unit.requests >= enough, unit.crcShare > crc.warning else { return [] }
        let message = Message(
            zh: "应答的 \(percent(unit.crcShare)) 是坏帧（校验和、长度）",
            en: "\(percent(unit.crcShare)) of the answers are broken (checksum, length)")
        let next = Message(
            zh: "两端各接 120 Ω 终端电阻、一处偏置；A/B 不要接反；屏蔽层单端接地；过长则降低波特率；地址不能重复",
            en:
                "120 ohm at both ends and biasing at one; A and B not swapped; the shield earthed at one end; a lower speed "
                + "on a long cable; no address twice")
        return [
            unit.crcShare > crc.failure
                ? .failure(.modbus, subject, message, next: next) : .warning(.modbus, subject, message, next: next)
        ]
    }

    private static func missed(_ unit: UnitCounters, _ subject: String) -> [Finding] {
        guard unit.requests >= enough, unit.timeoutShare > timeouts.warning else { return [] }
        let message = Message(
            zh: "\(percent(unit.timeoutShare)) 的请求没有及时应答",
            en: "\(percent(unit.timeoutShare)) of the requests were not answered in time")
        let next = Message(
            zh: "接线松动，或该单元较慢：在 [modbus.\(unit.bus).unit.\(unit.unit)] 写较长的 response-timeout",
            en:
                "a loose wire, or a slow unit: give it a longer response-timeout in [modbus.\(unit.bus).unit.\(unit.unit)]"
        )
        return [
            unit.timeoutShare > timeouts.failure
                ? .failure(.modbus, subject, message, next: next) : .warning(.modbus, subject, message, next: next)
        ]
    }

    private static func refused(
        _ unit: UnitCounters, _ subject: String, _ configuration: Configuration
    ) -> [Finding] {
        guard unit.requests >= enough, unit.exceptionShare > exceptions else { return [] }
        let message = Message(
            zh: "\(percent(unit.exceptionShare)) 的请求被拒（异常）",
            en: "\(percent(unit.exceptionShare)) of the requests are refused (exceptions)")
        let next =
            configuration.profile(of: unit.unit, on: unit.bus).map {
                Message(
                    zh: "型号 \($0) 可能不符：boothctl modbus scan \(unit.bus) --units \(unit.unit) 看实际是哪一种",
                    en: "it may be no \($0): boothctl modbus scan \(unit.bus) --units \(unit.unit) shows which it is")
            }
            ?? Message(
                zh: "它没有所配置的地址或表，或常常忙：对照手册，试 \(configuration.reading(unit))",
                en: "it lacks a table or address of the configuration, or is often busy: see its manual, try "
                    + configuration.reading(unit))
        return [.warning(.modbus, subject, message, next: next)]
    }

    private static func percent(_ share: Double) -> String { rounded(share * 100) + "%" }

    /// Two decimals below one, otherwise one.
    private static func rounded(_ value: Double) -> String {
        let hundredths = Int(clamping: (value * 100).rounded())
        if hundredths >= 100 { return "\(hundredths / 100).\(hundredths / 10 % 10)" }
        return "0." + (hundredths < 10 ? "0" : "") + "\(hundredths)"
    }
}

extension Configuration {
    /// The command that reads a point of the unit.
    fileprivate func reading(_ unit: UnitCounters) -> String {
        let source = points.compactMap(\.modbusSource).first { ($0.bus, $0.unit) == (unit.bus, unit.unit) }
        let place = source.map { "\($0.table.rawValue) \($0.address)" } ?? "holding-register 0"
        return "boothctl modbus read \(unit.bus) \(unit.unit) \(place)"
    }

    /// The profile that the configuration names for a unit.
    fileprivate func profile(of unit: Int, on bus: String) -> String? {
        buses.first { $0.name == bus }?.units[unit]?.profile
    }
}

extension UnitCounters {
    fileprivate var crcShare: Double { share(crc) }
    fileprivate var timeoutShare: Double { share(timeouts) }
    fileprivate var exceptionShare: Double { share(exceptions) }

    private func share(_ count: Int) -> Double { requests > 0 ? Double(count) / Double(requests) : 0 }
}
