// SPDX-License-Identifier: Apache-2.0

extension IncidentState {
    /// What people call it: as officers say in Chinese, and the word itself in English.
    package var name: Message {
        switch self {
        case .raised: Message(zh: "已发生", en: rawValue)
        case .accepted: Message(zh: "已受理", en: rawValue)
        case .dispatched: Message(zh: "已派警", en: rawValue)
        case .handled: Message(zh: "已处置", en: rawValue)
        case .closed: Message(zh: "已办结", en: rawValue)
        }
    }
}

extension Delivery {
    /// What people call it: its Chinese name, and the word itself in English.
    package var name: Message {
        switch self {
        case .queued: Message(zh: "待发", en: rawValue)
        case .sent: Message(zh: "已发", en: rawValue)
        case .accepted: Message(zh: "已受理", en: rawValue)
        case .rejected: Message(zh: "拒收", en: rawValue)
        }
    }
}
