// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A host and a port, `192.0.2.10:502` or `[2001:db8::1]:502`.
struct HostAndPort: Hashable {
    /// Without brackets.
    var host: String
    var port: UInt16?

    /// Parses `text`; nil if it has another form.
    init?(_ text: Substring) {
        let rest: Substring
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            host = String(text[text.index(after: text.startIndex)..<bracket])
            rest = text[text.index(after: bracket)...]
            guard host.contains(":"), host.utf8.allSatisfy({ Self.isSane($0) || $0 == UInt8(ascii: ":") }) else {
                return nil
            }
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            host = String(text[..<colon])
            rest = text[colon...]
            guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy(Self.isSane) else { return nil }
        }
        guard !rest.isEmpty else { return }
        let digits = rest.dropFirst()
        let isNumber = digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard rest.hasPrefix(":"), isNumber, let port = UInt16(digits), port > 0 else { return nil }
        self.port = port
    }

    /// Whether it is this machine: 127.0.0.0/8, ::1 or `localhost`.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isSane(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension Notation where Value == HostAndPort {
    static var hostAndPort: Notation {
        .text(zh: "\"主机:端口\"，如 \"192.0.2.10:502\"", en: "\"HOST:PORT\" such as \"192.0.2.10:502\"") { text in
            guard let address = HostAndPort(text[...]), address.port != nil else { return nil }
            return address
        }
    }
}

extension Notation where Value == String {
    /// `https://HOST[:PORT][/PATH]`; its value has no trailing slash.
    static var httpsURL: Notation {
        Notation(
            Message(
                zh: "\"https://主机:端口/路径\"，不含用户名、查询和片段",
                en: "\"https://HOST:PORT/PATH\" without user, query or fragment")
        ) { value in
            guard case .string(let text) = value else { return .refused }
            if let url = baseURL(text, scheme: "https://", isLoopbackOnly: false) { return .value(url) }
            return text.hasPrefix("http://") ? .refusedBecause(plainHTTP(text)) : .refused
        }
    }

    /// `http://HOST[:PORT][/PATH]` on a loopback host; its value has no trailing slash.
    static var loopbackURL: Notation {
        Notation(
            Message(
                zh: "本机地址 \"http://127.0.0.1:端口\"，不含用户名、查询和片段",
                en: "\"http://127.0.0.1:PORT\", a loopback address, without user, query or fragment")
        ) { value in
            guard case .string(let text) = value else { return .refused }
            if let url = baseURL(text, scheme: "http://", isLoopbackOnly: true) { return .value(url) }
            let isForeign = baseURL(text, scheme: "http://", isLoopbackOnly: false) != nil
            return isForeign ? .refusedBecause(plainHTTP(text)) : .refused
        }
    }

    private static func plainHTTP(_ text: String) -> Message {
        let url = TOMLValue.quoted(text)
        return Message(
            zh: "明文 http 只能用于本机，不能是 \(url)；请用 https = { url = \"https://…\", … }",
            en: "plain http is for a loopback address alone, not \(url); use https = { url = \"https://…\", … }")
    }

    private static func baseURL(_ text: String, scheme: String, isLoopbackOnly: Bool) -> String? {
        guard text.hasPrefix(scheme), text.utf8.count <= 1024 else { return nil }
        let rest = text.dropFirst(scheme.count)
        let isPlain = rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"?#@\"<>\\^`{|}".utf8.contains($0) }
        let authority = rest.prefix { $0 != "/" }
        guard isPlain, let address = HostAndPort(authority) else { return nil }
        guard !isLoopbackOnly || address.isLoopback else { return nil }
        var url = text
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }
}

extension Notation where Value == GPIOChipConfiguration.Selector {
    /// `label:LABEL`, `path:/dev/gpiochipN` or `name:gpiochipN`.
    static var chipSelector: Notation {
        .text(
            zh: "\"label:标签\"、\"path:/dev/gpiochip0\" 或 \"name:gpiochip0\"",
            en: "\"label:LABEL\", \"path:/dev/gpiochip0\" or \"name:gpiochip0\""
        ) { text in
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty, !parts[1].utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
            else {
                return nil
            }
            let selected = String(parts[1])
            return switch parts[0] {
            case "label": .label(selected)
            case "path" where selected.hasPrefix("/"): .path(selected)
            case "name" where !selected.contains("/"): .name(selected)
            default: nil
            }
        }
    }
}

extension Notation where Value == GPIOSource.Line {
    /// A line's name, or its offset as an integer or as digits in quotes.
    static var line: Notation {
        Notation(
            Message(zh: "线名，如 \"HELP1\"，或偏移量 0..65535", en: "a line's name such as \"HELP1\", or its offset 0..65535")
        ) {
            value in
            switch value {
            case .integer(let offset) where (0...65_535).contains(offset): .value(.offset(Int(offset)))
            case .string(let text) where Int(text) != nil:
                UInt16(text).map { .value(.offset(Int($0))) } ?? .refused
            case .string(let text)
            where (1...64).contains(text.utf8.count) && !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }):
                .value(.name(text))
            default: .refused
            }
        }
    }
}
