// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Whether a backlog is sent: full batches, one after the other. Told the time; pure.
struct Backlog {
    /// So many of them are one; two may be an incident that ended as it began.
    private static let least = 3
    /// The next batch follows the answer to the last one as soon as this.
    private static let pause = Duration.seconds(1)

    private var fullBatches = 0
    private var lastAnswer = BootTime(nanoseconds: 0)

    var isSent: Bool { fullBatches >= Self.least }

    /// A batch is sent.
    mutating func noteBatch(isFull: Bool, at now: BootTime) {
        fullBatches = isFull ? (now - lastAnswer < Self.pause ? fullBatches + 1 : 1) : 0
    }

    /// A batch came to its end.
    mutating func noteAnswer(at now: BootTime) { lastAnswer = now }
}
