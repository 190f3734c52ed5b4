// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `[storage]` and `[clock]`.
extension ConfigurationReader {
    /// Bytes.
    func storageLimit(in file: TableReader) -> Int64 {
        let limit = file.table("storage") { $0.optional("limit", .size(atLeast: 1 << 20)) }
        return limit ?? 256 << 20
    }

    func clockTrust(in file: TableReader) -> ClockTrust {
        file.table("clock") { $0.optional("trust", .word) } ?? .kernel
    }
}
