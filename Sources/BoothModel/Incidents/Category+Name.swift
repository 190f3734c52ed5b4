// SPDX-License-Identifier: Apache-2.0

extension Category {
    /// What people call it: its Chinese name where it has one, and the word itself in English.
    package var name: Message { Message(zh: Self.chinese[self] ?? rawValue, en: rawValue) }

    private static let chinese: [Category: String] = [
        .help: "求助", .duress: "胁迫", .intrusion: "闯入", .tamper: "防拆", .mail: "信件", .mailTamper: "信箱被开",
        .mailOverdue: "信件逾期", .doorHeld: "门久开", .power: "电源", .sensor: "传感器", .gap: "丢边沿", .link: "链路",
        .storage: "存储", .clock: "时钟", .configuration: "配置", .test: "测试", "loss": "丢失",
    ]
}
