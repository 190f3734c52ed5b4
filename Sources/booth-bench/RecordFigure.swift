// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal

/// The time from a settled reading to its event's sync, and in turn the time of a bare append and sync of the same
/// bytes.
struct RecordFigure {
    private static let warmUps = 100
    private static let samples = 500
    private static let budget = 1.5

    func measure(_ configuration: Configuration, in booth: BenchBooth) throws -> [Figure] {
        let agent = try BenchAgent(configuration, directory: booth.file("record.state"))
        defer { agent.stop() }
        let bytes = try Self.bytesOfOneCommit(agent)
        let appender = try BareAppender(path: booth.file("record.append"), bytes: bytes)
        var spans: [Duration] = []
        var bare: [Duration] = []
        for _ in 0..<Self.samples {
            let (seen, event) = try agent.change()
            spans.append(try agent.waitUntilRecorded(event) - seen)
            bare.append(try appender.append())
        }
        let (samples, baseline) = (Samples(milliseconds: spans), Samples(milliseconds: bare))
        return [
            Figure(
                id: "recorded", name: Message(zh: "看到变化到落盘(p99 之比)", en: "change seen to recorded (ratio of p99)"),
                value: samples.p99 / max(baseline.p99, 0.001), unit: .ratio, budget: .atMost(Self.budget),
                samples: samples,
                baseline: .init(
                    name: Message(zh: "追加 \(bytes) 字节并 fdatasync", en: "append of \(bytes) bytes + fdatasync"),
                    unit: .milliseconds, samples: baseline))
        ]
    }

    /// The usual bytes that the journal's thread writes for one change. The median leaves out checkpoints.
    private static func bytesOfOneCommit(_ agent: BenchAgent) throws -> Int {
        let files = ProcessFiles(processID: getpid())
        var counts: [Double] = []
        for _ in 0..<warmUps {
            let before = try files.bytesWritten(byThread: "journal")
            _ = try agent.waitUntilRecorded(try agent.change().event)
            counts.append(Double(try files.bytesWritten(byThread: "journal") - before))
        }
        return Int(Samples(counts).median)
    }
}
