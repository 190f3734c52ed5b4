// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Whether a backlog is being sent: full batches, one after the other. Told the time; pure.
struct Backlog {
    /// So many full batches are a backlog. Two may be an incident that ended just after it began.
    private static let least = 3
    /// The next batch counts if it follows the last answer within this time.
    private static let pause = Duration.seconds(1)

    private var fullBatches = 0
    private var lastAnswer = BootTime(nanoseconds: 0)

    var isSent: Bool { fullBatches >= Self.least }

    mutating func noteBatch(isFull: Bool, at now: BootTime) {
        fullBatches = isFull ? (now - lastAnswer < Self.pause ? fullBatches + 1 : 1) : 0
    }

    mutating func noteAnswer(at now: BootTime) { lastAnswer = now }
}
