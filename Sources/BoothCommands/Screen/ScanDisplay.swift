// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothScan
import Glibc

/// The progress of a scan: a bar on a terminal, otherwise a line every few seconds.
final class ScanDisplay {
    /// The time between two progress lines without a terminal.
    private static let interval = Duration.seconds(5)
    /// The time between two updates of the bar.
    private static let refresh = Duration.milliseconds(100)
    private static let barWidth = 24

    private let errors: Output
    private let words: Words
    private var shownAt = ContinuousClock.now

    init(errors: Output, words: Words) {
        self.errors = errors
        self.words = words
    }

    /// Shows the plan and its longest duration.
    func begin(_ plan: ScanPlan, of bus: ModbusBusConfiguration, isLent: Bool) {
        let settings = Set(plan.rounds.compactMap(\.line)).count
        let units = Set(plan.rounds.flatMap(\.units)).count
        let most = words.span(plan.duration)
        let place = bus.name.printable
        if settings == 0 {
            say(
                words(
                    "扫描 \(place)：\(units) 个地址，最多约 \(most)；只读不写",
                    "scanning \(place): \(units.counted("address", "addresses")), some \(most) at most; it only reads"))
        } else {
            say(
                words(
                    "扫描 \(place)：\(settings) 种波特率与校验，\(units) 个地址，最多约 \(most)；只读不写",
                    "scanning \(place): \(settings.counted("setting")), \(units.counted("address", "addresses")), "
                        + "some \(most) at most; it only reads"))
        }
        if isLent {
            say(
                words(
                    "boothd 已让出总线，其点位此间无更新；结束后自动恢复",
                    "boothd lends the bus: its points are stale meanwhile, and come back by themselves"))
        }
        if errors.isTerminal { say(words("按 Ctrl-C 结束并显示已找到的", "Ctrl-C ends it and shows what was found")) }
    }

    func show(_ news: BusScan.News) {
        switch news {
        case .progress(let progress): show(progress)
        case .found(let unit): show(unit)
        }
    }

    private func show(_ progress: ScanProgress) {
        let now = ContinuousClock.now
        guard shownAt.duration(to: now) >= (errors.isTerminal ? Self.refresh : Self.interval) else { return }
        shownAt = now
        let place = [progress.line?.notation, words("单元 \(progress.unit)", "unit \(progress.unit)")]
            .compactMap { $0 }.joined(separator: " ")
        let rest = words.span(progress.remaining)
        let percent = Int(progress.fraction * 100)
        let text = words(
            "\(percent)%  \(place)  已找到 \(progress.found)  剩余约 \(rest)",
            "\(percent)%  \(place)  found \(progress.found)  \(rest) left")
        guard errors.isTerminal else { return say(text) }
        let filled = Int(progress.fraction * Double(Self.barWidth))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: Self.barWidth - filled)
        errors.write("\r\u{1B}[K[\(bar)] \(text)")
        errors.flush()
    }

    /// Shows a unit as soon as it is found.
    private func show(_ found: FoundUnit) {
        let place = found.line.map { $0.notation + " " } ?? ""
        let board = found.identity.profile.map {
            words.mayBe(found) + "\($0.name) (\($0.title.text(in: words.language)))"
        }
        say(
            words("找到：\(place)单元 \(found.unit)：", "found: \(place)unit \(found.unit): ")
                + (board ?? words("型号未知", "no profile fits")))
    }

    func end() {
        guard errors.isTerminal else { return }
        errors.write("\r\u{1B}[K")
        errors.flush()
    }

    private func say(_ line: String) {
        errors.write((errors.isTerminal ? "\r\u{1B}[K" : "") + line.printable + "\n")
        errors.flush()
    }
}

extension Words {
    func span(_ span: Duration) -> String { self.span(seconds: Int(span.components.seconds)) }
}
