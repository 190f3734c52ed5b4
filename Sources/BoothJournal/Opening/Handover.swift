// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Something that one thread made and another one takes, once.
///
/// Unchecked: the value is reached under the lock alone, and whoever makes one keeps nothing of it.
final class Handover<Value>: @unchecked Sendable {
    private let lock = Mutex(())
    private var value: Value?

    init(_ value: Value) {
        self.value = value
    }

    /// The value; nil where it was taken before.
    func take() -> Value? {
        lock.withLock { _ in
            defer { value = nil }
            return value
        }
    }
}
