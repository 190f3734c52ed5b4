// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import Glibc

/// Checks that the certificates and keys of each target exist, are private, match, and stay valid for some time.
enum CredentialChecks {
    static func findings(in booth: Circumstances) -> [Finding] {
        guard let configuration = booth.configuration else { return [] }
        let uses = CredentialUse.all(of: configuration)
        if uses.isEmpty {
            return [.ok(.credentials, "TLS", Message(zh: "配置没有使用证书", en: "the configuration uses no certificates"))]
        }
        let clock = ClockReading(system: booth.system)
        return uses.flatMap { use -> [Finding] in
            switch use {
            case .authority(let path, let targets): authority(path, targets, clock, booth)
            case .identity(let certificate, let key, let targets): identity(certificate, key, targets, clock, booth)
            case .none(let target): [anonymous(target)]
            }
        }
    }

    private static func anonymous(_ target: String) -> Finding {
        .warning(
            .credentials, target,
            Message(zh: "没有客户端证书：平台无法确认岗亭身份", en: "no client certificate: the platform cannot tell who the booth is"),
            next: Message(
                zh: "在 [[target]] 的 https 写 certificate 和 key", en: "write certificate and key in the target's https"))
    }

    private static func authority(
        _ path: String, _ targets: String, _ clock: ClockReading, _ booth: Circumstances
    ) -> [Finding] {
        switch CredentialFile(path, isSecret: false, in: booth) {
        case .obstacle(let findings): return findings
        case .contents(let text, _):
            // A bundle is valid as long as one of its certificates is, because a county changes its authority with an
            // overlap.
            let certificates = Certificate.all(inPEM: text)
            guard let last = certificates.max(by: { ($0.validity?.upperBound ?? 0) < ($1.validity?.upperBound ?? 0) })
            else { return [unreadable(path, Message(zh: "证书", en: "certificate"))] }
            return [Validity.finding(last, path, Message(zh: "CA，\(targets)", en: "CA of \(targets)"), clock)]
        }
    }

    private static func identity(
        _ certificatePath: String, _ keyPath: String, _ targets: String, _ clock: ClockReading, _ booth: Circumstances
    ) -> [Finding] {
        var findings: [Finding] = []
        var certificate: Certificate?
        switch CredentialFile(certificatePath, isSecret: false, in: booth) {
        case .obstacle(let obstacles): findings += obstacles
        case .contents(let text, _):
            // The booth's own certificate comes first, then its intermediate certificates (RFC 8446, 4.4.2).
            certificate = Certificate.all(inPEM: text).first
            findings +=
                certificate.map { own($0, certificatePath, targets, clock) }
                ?? [unreadable(certificatePath, Message(zh: "证书", en: "certificate"))]
        }
        switch CredentialFile(keyPath, isSecret: true, in: booth) {
        case .obstacle(let obstacles): findings += obstacles
        case .contents(let text, let remarks):
            findings += remarks + [key(text, keyPath, of: certificate, certificatePath)]
        }
        return findings
    }

    private static func own(
        _ certificate: Certificate, _ path: String, _ targets: String, _ clock: ClockReading
    ) -> [Finding] {
        let validity = Validity.finding(
            certificate, path,
            Message(
                zh: "岗亭证书 \(certificate.subject)，\(targets)", en: "the booth's, \(certificate.subject), for \(targets)"),
            clock)
        guard !certificate.isForClients else { return [validity] }
        return [
            validity,
            .failure(
                .credentials, path,
                Message(zh: "证书的用途不含客户端认证，平台会拒绝", en: "not for use by clients: platforms refuse it"),
                next: Message(
                    zh: "请签发方加上 extendedKeyUsage = clientAuth 重新签发",
                    en: "have it issued again with extendedKeyUsage = clientAuth")),
        ]
    }

    private static func key(
        _ text: [UInt8], _ path: String, of certificate: Certificate?, _ certificatePath: String
    ) -> Finding {
        guard let key = PrivateKey(pem: text) else {
            return .failure(
                .credentials, path,
                Message(zh: "不是无口令的 PEM 私钥", en: "no PEM private key without a passphrase"),
                next: Message(
                    zh: "openssl pkey -in 原文件 -out \(path)（有口令时会询问）",
                    en: "openssl pkey -in ORIGINAL -out \(path) (it asks for the passphrase)"))
        }
        guard let certificate else {
            return .ok(.credentials, path, Message(zh: "私钥可读", en: "a private key"))
        }
        guard certificate.belongs(to: key) else {
            return .failure(
                .credentials, path,
                Message(zh: "与证书 \(certificatePath) 不是一对", en: "not the key of the certificate \(certificatePath)"),
                next: Message(zh: "换上与证书一同签发的那把私钥", en: "put the key there that the certificate was issued for"))
        }
        return .ok(.credentials, path, Message(zh: "私钥与证书是一对", en: "the certificate's private key"))
    }

    private static func unreadable(_ path: String, _ what: Message) -> Finding {
        .failure(
            .credentials, path, Message(zh: "里面没有可用的 PEM \(what.zh)", en: "no PEM \(what.en) in it that can be read"),
            next: .plain("openssl x509 -in \(path) -noout -text"))
    }
}

/// The credentials of the targets. Targets that share a file are checked once.
private enum CredentialUse {
    case authority(String, targets: String)
    case identity(certificate: String, key: String, targets: String)
    case none(target: String)

    static func all(of configuration: Configuration) -> [CredentialUse] {
        let secure = configuration.targets.filter(\.endpoint.scheme.hasCertificates)
        var uses: [CredentialUse] = []
        var seen: Set<[String]> = []
        for target in secure {
            let endpoint = target.endpoint
            if let ca = endpoint.ca, seen.insert([ca]).inserted {
                uses.append(.authority(ca, targets: names(of: secure) { $0.ca == ca }))
            }
            guard let certificate = endpoint.certificate, let key = endpoint.key else {
                uses.append(.none(target: target.id.rawValue))
                continue
            }
            if seen.insert([certificate, key]).inserted {
                let targets = names(of: secure) { $0.certificate == certificate && $0.key == key }
                uses.append(.identity(certificate: certificate, key: key, targets: targets))
            }
        }
        return uses
    }

    private static func names(
        of targets: [TargetConfiguration], where isUsing: (TargetConfiguration.Endpoint) -> Bool
    ) -> String {
        targets.filter { isUsing($0.endpoint) }.map(\.id.rawValue).joined(separator: ", ")
    }
}
