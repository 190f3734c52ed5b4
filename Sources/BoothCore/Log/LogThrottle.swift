// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Keeps repeated entries from filling the log. The first few lines of one kind about one subject pass; then there is
/// one count a minute.
///
/// It is told the time. It affects only the log, not what the agent does.
struct LogThrottle {
    /// How many lines of one kind about one subject pass; the rest is counted.
    static let burst = 5
    /// How long lines are counted together, from the first one on.
    static let span = Duration.seconds(60)
    /// The most pairs of kind and subject that are counted apart. Beyond that, all subjects of a kind share one count.
    static let mostSubjects = 1000

    private struct Key: Hashable {
        var kind: LogEntry.Kind
        var subject: String
    }

    private struct Window {
        var end: BootTime
        var passed = 1
        var held = 0
        /// The last entry that was suppressed.
        var last: LogEntry?
    }

    private var windows: [Key: Window] = [:]

    /// When `flush` has a count to log; nil: none.
    var nextDeadline: BootTime? { windows.values.lazy.filter { $0.held > 0 }.map(\.end).min() }

    /// - Returns: whether to log `entry` now; otherwise it is counted.
    mutating func admits(_ entry: LogEntry, at now: BootTime) -> Bool {
        let key = key(of: entry, at: now)
        guard var window = windows[key], window.held > 0 || window.end > now else {
            windows[key] = Window(end: now + Self.span)
            return true
        }
        defer { windows[key] = window }
        if window.passed < Self.burst {
            window.passed += 1
            return true
        }
        window.held += 1
        window.last = entry
        return false
    }

    /// Returns one count for each kind and subject whose minute is over. While entries keep coming, that is one a
    /// minute.
    mutating func flush(at now: BootTime) -> [LogEntry] {
        var summaries: [LogEntry] = []
        for (key, window) in windows where window.end <= now {
            guard let last = window.last, window.held > 0 else {
                windows[key] = nil
                continue
            }
            summaries.append(Self.summary(of: last, count: window.held))
            windows[key] = Window(end: now + Self.span, passed: Self.burst)
        }
        return summaries
    }

    private mutating func key(of entry: LogEntry, at now: BootTime) -> Key {
        let key = Key(kind: entry.kind, subject: entry.subject)
        guard windows[key] == nil, windows.count >= Self.mostSubjects else { return key }
        windows = windows.filter { $0.value.held > 0 || $0.value.end > now }
        return windows.count < Self.mostSubjects ? key : Key(kind: entry.kind, subject: "")
    }

    private static func summary(of last: LogEntry, count: Int) -> LogEntry {
        var entry = last
        entry.message = Message(
            zh: "\(last.message.zh)（一分钟内另有 \(count) 次）", en: "\(last.message.en) (\(count) more within a minute)")
        return entry
    }
}
