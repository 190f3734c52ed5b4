// SPDX-License-Identifier: Apache-2.0

/// Why a single read of a Modbus unit gave no values.
package enum ReadFailure: Error, Sendable, Hashable {
    /// No answer in time.
    case silent
    /// Bytes came that are no valid answer: a wrong checksum, length, unit or transaction.
    case garbled
    /// The line hears its own requests.
    case echo
    /// The unit refused, with this code (Modbus Application Protocol 1.1b3, 7).
    case exception(UInt8)
    /// The bus cannot be opened or went away, and why.
    case lost(Message)
    /// The agent does not have the bus open: no point of its configuration is on it.
    case notOpen

    /// A stable word for machines: `silent`, `exception-2`.
    package var code: String {
        switch self {
        case .silent: "silent"
        case .garbled: "garbled"
        case .echo: "echo"
        case .exception(let code): "exception-\(code)"
        case .lost: "lost"
        case .notOpen: "not-open"
        }
    }

    /// The failure with that word for machines; `reason` is the sentence beside it. Nil: an unknown word.
    package init?(code: String, reason: Message) {
        switch code {
        case "silent": self = .silent
        case "garbled": self = .garbled
        case "echo": self = .echo
        case "lost": self = .lost(reason)
        case "not-open": self = .notOpen
        default:
            guard code.hasPrefix("exception-"), let number = UInt8(code.dropFirst(10)) else { return nil }
            self = .exception(number)
        }
    }

    /// What is wrong, and after a semicolon the next step.
    package var message: Message {
        switch self {
        case .silent:
            Message(
                zh: "没有应答；请检查单元的电源、接线、地址、波特率与校验：boothctl modbus scan 会找出来",
                en:
                    "no answer; check the unit's power, wiring, address, speed and parity: boothctl modbus scan finds them"
            )
        case .garbled:
            Message(
                zh: "应答无法识别（校验和、长度或地址不对）；请检查波特率、校验、A/B 极性、终端电阻，或是否有两个相同地址的单元",
                en: "the answer is broken (checksum, length or address); check speed, parity, A/B, the termination, "
                    + "and for two units with the same address")
        case .echo:
            Message(
                zh: "适配器把自己发出的请求又收了回来（本地回显）；请关闭回显：RE 与 DE 相连，或拨动适配器上的 echo 开关",
                en: "the adapter hears its own requests (local echo); turn the echo off: join RE and DE, or set the "
                    + "adapter's echo switch")
        case .exception(let code): Self.message(ofException: code)
        case .lost(let message): message
        case .notOpen:
            Message(
                zh: "boothd 没有打开这条总线：配置里没有它的点位",
                en: "boothd does not have this bus open: no point of its configuration is on it")
        }
    }

    private static func message(ofException code: UInt8) -> Message {
        let next =
            switch code {
            case 1:
                Message(
                    zh: "该单元没有这个功能；换一种表：coil、discrete-input、input-register、holding-register",
                    en: "the unit has no such function; try another table: coil, discrete-input, input-register, "
                        + "holding-register")
            case 2:
                Message(
                    zh: "该单元没有这个地址；手册上的 40001 是地址 0，减小 COUNT 再试",
                    en: "the unit has no such address; a manual's 40001 is address 0, try a smaller COUNT")
            case 3:
                Message(
                    zh: "该单元不接受这个数量；减小 COUNT 再试（有的单元只按整字节回答：COUNT 取 8）",
                    en: "the unit does not take that many; try a smaller COUNT (some answer whole bytes only: COUNT 8)")
            case 4: Message(zh: "该单元自身故障；断电重启，仍不行则更换", en: "the unit failed; power it off and on, else replace it")
            case 5, 6: Message(zh: "该单元正忙；稍后再试", en: "the unit is busy; try again in a while")
            case 10, 11:
                Message(
                    zh: "网关找不到该单元；检查网关后面的接线、地址与波特率",
                    en: "the gateway does not find the unit; check wiring, address and speed behind the gateway")
            default: Message(zh: "见该单元的手册", en: "see the unit's manual")
            }
        return Message(zh: "该单元回答异常 \(code)：\(next.zh)", en: "the unit answers exception \(code): \(next.en)")
    }
}
