// SPDX-License-Identifier: Apache-2.0
import BoothDoctor
import BoothModel

extension Screens {
    /// Each finding with its mark, area by area, then the counts and what to repair first.
    func diagnosis(_ diagnosis: Diagnosis) -> String {
        let widths = (
            mark: Finding.Level.allCases.map { mark($0).displayWidth }.max() ?? 0,
            // Limit the width, so that one long path does not move every message to the right.
            subject: min(24, diagnosis.findings.map { $0.subject.displayWidth }.max() ?? 0)
        )
        var text = ""
        for area in Area.allCases {
            let findings = diagnosis.findings.filter { $0.area == area }
            if findings.isEmpty { continue }
            text += area.title.text(in: words.language) + "\n"
            text += findings.map { line($0, widths.mark, widths.subject) }.joined() + "\n"
        }
        return text + balance(diagnosis)
    }

    private func line(_ finding: Finding, _ markWidth: Int, _ subjectWidth: Int) -> String {
        let subject = finding.subject.printable
        var text = "  " + mark(finding.level).padded(to: markWidth) + "  " + subject.padded(to: subjectWidth)
        let indent = String(repeating: " ", count: 4 + markWidth)
        // A subject that is too wide gets its own line.
        if subject.displayWidth > subjectWidth {
            text += "\n" + indent + String(repeating: " ", count: subjectWidth)
        }
        text += "  \(finding.message.text(in: words.language).printable)\n"
        if let next = finding.next { text += indent + "→ \(next.text(in: words.language).printable)\n" }
        return text
    }

    private func mark(_ level: Finding.Level) -> String {
        switch level {
        case .ok: words("正常", "ok")
        case .warning: words("警告", "warning")
        case .failure: words("故障", "FAILURE")
        }
    }

    private func balance(_ diagnosis: Diagnosis) -> String {
        let (count, failures, warnings) = (diagnosis.findings.count, diagnosis.failures, diagnosis.warnings)
        var text = words(
            "共 \(count) 项：故障 \(failures)，警告 \(warnings)，正常 \(count - failures - warnings)",
            "\(count) checked: \(failures.counted("failure")), \(warnings.counted("warning")), "
                + "\(count - failures - warnings) ok")
        text += "\n"
        if let first = diagnosis.first, let next = first.next {
            let message = next.text(in: words.language).printable
            text +=
                words("先做：\(first.subject.printable)：\(message)", "Begin with \(first.subject.printable): \(message)")
                + "\n"
        }
        return text
    }
}
