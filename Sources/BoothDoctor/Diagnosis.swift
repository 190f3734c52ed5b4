// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// All findings of one examination, with counts.
package struct Diagnosis: Sendable {
    /// In the order of the checks.
    package let findings: [Finding]

    package init(_ findings: [Finding]) {
        self.findings = findings
    }

    package var failures: Int { count(.failure) }
    package var warnings: Int { count(.warning) }

    /// What to repair first: the first failure, or else the first warning; nil if there is neither.
    package var first: Finding? {
        findings.first { $0.level == .failure } ?? findings.first { $0.level == .warning }
    }

    private func count(_ level: Finding.Level) -> Int { findings.count { $0.level == level } }

    /// `{"findings":[…],"failures":0,"warnings":0}`
    package var json: String {
        JSONText.encode(
            Document(findings: findings.map(Document.Item.init), failures: failures, warnings: warnings))
    }
}

/// The diagnosis for programs.
private struct Document: Encodable {
    struct Item: Encodable {
        var finding: Finding

        init(_ finding: Finding) { self.finding = finding }

        enum CodingKeys: String, CodingKey {
            case level, area, subject, message
            case messageInChinese = "message_zh"
            case next
            case nextInChinese = "next_zh"
        }

        // `next` is always written, as null if there is none.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(finding.level.rawValue, forKey: .level)
            try container.encode(finding.area.rawValue, forKey: .area)
            try container.encode(finding.subject, forKey: .subject)
            try container.encode(finding.message.en, forKey: .message)
            try container.encode(finding.message.zh, forKey: .messageInChinese)
            try container.encode(finding.next?.en, forKey: .next)
            try container.encode(finding.next?.zh, forKey: .nextInChinese)
        }
    }

    var findings: [Item]
    var failures: Int
    var warnings: Int
}
