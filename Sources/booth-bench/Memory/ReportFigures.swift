// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal

/// The memory that reports on a busy day keep, and their peak.
struct ReportFigures {
    private static let budget = 6.0
    private static let growthBudget = 0.5

    func measure(in booth: BenchBooth) throws -> [Figure] {
        let backlog = try measureBacklog(in: booth)
        return try measureReports(in: booth) + [backlog]
    }

    private func measureBacklog(in booth: BenchBooth) throws -> Figure {
        let booth = try MemoryBooth("drained", hasBacklog: true, in: booth)
        // The agent returns memory ten seconds after a burst, so wait longer.
        poll(nil, 0, 15_000)
        let after = try booth.anonymous()
        try booth.agent.stop(within: BenchBooth.patience)
        let events = BusyJournal.incidents * BusyJournal.eventsEach
        return Figure(
            id: "drained-anonymous",
            name: Message(zh: "补发 \(events) 条后的匿名内存", en: "a backlog of \(events) delivered: anonymous after"),
            value: after, unit: .mebibytes, budget: .atMost(Self.budget))
    }

    private func measureReports(in booth: BenchBooth) throws -> [Figure] {
        let booth = try MemoryBooth("reports", in: booth)
        // After the start the journal checks its whole file, and then the memory for that is returned.
        poll(nil, 0, 15_000)
        let before = try booth.anonymous()
        let resident = try booth.files.resetPeak()
        let began = BootTime.now()
        try booth.makeReports()
        let took = (BootTime.now() - began) / .milliseconds(1)
        let peak = Double(try booth.files.peak() - resident) / MemoryBooth.mebibyte
        let after = try booth.anonymous()
        try booth.agent.stop(within: BenchBooth.patience)
        let name = Message(
            zh: "三份报表(一天 \(BusyJournal.incidents) 起事件)",
            en: "three reports on \(BusyJournal.incidents) incidents of a day")
        return [
            Figure(
                id: "report-before", name: Message(zh: "\(name.zh):之前的匿名内存", en: "\(name.en): anonymous before"),
                value: before, unit: .mebibytes),
            Figure(
                id: "report-anonymous",
                name: Message(zh: "之后的匿名内存", en: "of it after"),
                value: after, unit: .mebibytes, budget: .atMost(Self.budget)),
            Figure(
                id: "report-growth", name: Message(zh: "其中增加", en: "of it grown"), value: max(0, after - before),
                unit: .mebibytes, budget: .atMost(Self.growthBudget)),
            Figure(
                id: "report-peak", name: Message(zh: "期间最多增加", en: "grown for a moment"), value: max(0, peak),
                unit: .mebibytes),
            Figure(
                id: "report-time", name: Message(zh: "三份共用时", en: "time for the three"), value: took,
                unit: .milliseconds),
        ]
    }
}

extension ProcessFiles {
    /// Resets the kernel's peak of resident memory (proc(5), `clear_refs`).
    ///
    /// - Returns: the resident bytes now.
    func resetPeak() throws -> Int {
        let opened = open("/proc/\(processID)/clear_refs", O_WRONLY | O_CLOEXEC)
        guard opened >= 0 else { throw RehearsalError("/proc/\(processID)/clear_refs cannot be written") }
        defer { close(opened) }
        _ = write(opened, "5", 1)
        return try status("VmRSS")
    }

    /// The peak of resident bytes since then.
    func peak() throws -> Int { try status("VmHWM") }

    private func status(_ name: String) throws -> Int {
        let line = readText("/proc/\(processID)/status").split(separator: "\n").first { $0.hasPrefix(name + ":") }
        guard let number = line?.split(whereSeparator: { !$0.isNumber }).first, let kibibytes = Int(number) else {
            throw RehearsalError("/proc/\(processID)/status does not show \(name)")
        }
        return kibibytes * 1024
    }
}
