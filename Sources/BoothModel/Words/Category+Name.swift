// SPDX-License-Identifier: Apache-2.0

extension Category {
    /// The name for people: in Chinese the name of a known category, in English the word itself.
    package var name: Message { Message(zh: KnownCategory(rawValue: rawValue)?.chineseName ?? rawValue, en: rawValue) }
}

extension KnownCategory: NamedWord {
    package var chineseName: String {
        switch self {
        case .help: "求助"
        case .duress: "胁迫"
        case .intrusion: "闯入"
        case .tamper: "防拆"
        case .mail: "信件"
        case .mailTamper: "信箱被开"
        case .mailOverdue: "信件逾期"
        case .doorHeld: "门久开"
        case .power: "电源"
        case .sensor: "传感器"
        case .gap: "丢边沿"
        case .link: "链路"
        case .storage: "存储"
        case .clock: "时钟"
        case .configuration: "配置"
        case .test: "测试"
        case .loss: "丢失"
        }
    }
}
