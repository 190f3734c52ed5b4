// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A value that one thread makes and another thread takes, once.
///
/// Unchecked: the value is only reached under the lock, and the thread that made it keeps no reference.
final class Handover<Value>: @unchecked Sendable {
    private let lock = Mutex(())
    private var value: Value?

    init(_ value: Value) {
        self.value = value
    }

    /// The value; nil if it was taken before.
    func take() -> Value? {
        lock.withLock { _ in
            defer { value = nil }
            return value
        }
    }
}
