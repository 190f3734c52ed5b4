// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// Who stands in the booth with `boothctl`: the calls that wait, and the walk test that goes on.
struct People {
    private(set) var last = 0
    /// Calls that wait for their answer.
    private(set) var waiting: Set<Int> = []
    /// The call that a walk test belongs to; nil: nobody tests.
    private(set) var test: Int?
    /// What is in the configuration file when it is read next.
    var file = ReadConfiguration.right(limit: Configuration.usualStorageLimit)

    static let officer = Peer(process: 4711, user: 1000, officer: .officer("zhang"))

    mutating func call() -> Int {
        last += 1
        waiting.insert(last)
        return last
    }

    mutating func hear(_ answer: ControlAnswer, to call: Int) {
        waiting.remove(call)
        if case .testing = answer { test = call }
    }

    mutating func hear(_ step: TestStep, to call: Int) {
        if step.stage == .end, test == call { test = nil }
    }

    /// The process is gone, and every connection with it.
    mutating func hangUp() {
        waiting = []
        test = nil
    }
}
