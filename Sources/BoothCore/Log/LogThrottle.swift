// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Keeps what flaps from filling the log: of one kind about one subject the first few lines, then a count each minute.
///
/// Told the time. It holds entries back, never changes what is done about them.
struct LogThrottle {
    /// Lines about one subject in a row before the rest of them is counted.
    static let burst = 5
    /// From the first line on.
    static let span = Duration.seconds(60)
    /// Most subjects told apart; those beyond it share one count for each kind.
    static let mostSubjects = 1000

    private struct Key: Hashable {
        var kind: LogEntry.Kind
        var subject: String
    }

    private struct Window {
        var end: BootTime
        var passed = 1
        var held = 0
        /// The last one held back.
        var last: LogEntry?
    }

    private var windows: [Key: Window] = [:]

    /// When `flush` has something to say.
    var nextDeadline: BootTime? { windows.values.lazy.filter { $0.held > 0 }.map(\.end).min() }

    /// - Returns: whether `entry` may be said now; it is counted otherwise.
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

    /// What was held back, as one line for each subject whose minute is over; as long as it goes on, one a minute.
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
