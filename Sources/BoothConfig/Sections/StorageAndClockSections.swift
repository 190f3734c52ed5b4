// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `[storage]` and `[clock]`.
extension ConfigurationReader {
    /// The most bytes of the journal, and how long settled events are kept.
    func storage(in file: TableReader) -> (limit: Int64, keep: Duration) {
        let read = file.table("storage") { table in
            (
                limit: table.value("limit", .size(atLeast: 1 << 20), default: Configuration.usualStorageLimit),
                keep: table.value("keep", .duration(atLeast: "35d"), default: Configuration.usualStorageKeep)
            )
        }
        return read ?? (Configuration.usualStorageLimit, Configuration.usualStorageKeep)
    }

    func clockTrust(in file: TableReader) -> ClockTrust {
        file.table("clock") { $0.optional("trust", .word) } ?? Configuration.usualClockTrust
    }
}
