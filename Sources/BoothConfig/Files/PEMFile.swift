// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The required content of a PEM file (RFC 7468).
enum PEMContents {
    case certificate
    case privateKey

    /// Whether `text` has a block of this kind, from its BEGIN line to its END line.
    func isFound(in text: String) -> Bool {
        var opened: Substring?
        for line in text.split(whereSeparator: \.isNewline) {
            if let label = Self.label(line, after: "-----BEGIN "), isRight(label) { opened = label }
            if let opened, Self.label(line, after: "-----END ") == opened { return true }
        }
        return false
    }

    private func isRight(_ label: Substring) -> Bool {
        switch self {
        case .certificate: label == "CERTIFICATE" || label == "TRUSTED CERTIFICATE" || label == "X509 CERTIFICATE"
        // PRIVATE KEY, RSA PRIVATE KEY, EC PRIVATE KEY
        case .privateKey: label.hasSuffix("PRIVATE KEY")
        }
    }

    private static func label(_ line: Substring, after mark: String) -> Substring? {
        guard line.hasPrefix(mark), let end = line.dropFirst(mark.count).firstIndex(of: "-") else { return nil }
        return line.dropFirst(mark.count)[..<end]
    }

    var described: Message {
        switch self {
        case .certificate: Message(zh: "PEM 证书文件", en: "a PEM file with a certificate")
        case .privateKey: Message(zh: "PEM 私钥文件", en: "a PEM file with a private key")
        }
    }
}

extension Notation where Value == String {
    /// The name of a PEM file; its value is the path. The file is read, like the daemon does.
    static func pemFile(_ contents: PEMContents, in locations: FileLocations) -> Notation {
        let described = contents.described
        let expected = Message(
            zh: "\(described.zh)的文件名，或 \"credential:名称\"", en: "the name of \(described.en), or \"credential:NAME\"")
        return Notation(expected) { value in
            guard case .string(let name) = value, !name.isEmpty, !name.utf8.contains(0) else { return .refused }
            let secret = locations.secret(name)
            if !locations.opens(name), case .success(let path) = secret { return .value(path) }
            let read = secret.flatMap { path in
                FileContents.read(path, atMost: 1 << 20).map { (path, $0) }
            }
            let quoted = TOMLValue.quoted(name)
            switch read {
            case .success(let (path, bytes)) where contents.isFound(in: String(decoding: bytes, as: UTF8.self)):
                return .value(path)
            case .success:
                return .refusedBecause(
                    Message(
                        zh: "\(quoted) 里没有所需内容；应为\(described.zh)",
                        en: "\(quoted) does not hold that; it has to be \(described.en)"))
            case .failure(let fault):
                return .refusedBecause(
                    Message(
                        zh: "无法读取 \(quoted)：\(fault.reason.zh)；应为可读的\(described.zh)",
                        en:
                            "cannot read \(quoted): \(fault.reason.en); it has to be \(described.en) that boothd may read"
                    ))
            }
        }
    }
}
