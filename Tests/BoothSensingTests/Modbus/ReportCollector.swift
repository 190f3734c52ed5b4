// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel

/// Takes a driver's reports, and waits for the ones that a test is about.
final class ReportCollector {
    private let mailbox: Mailbox<[SensorReport]>
    /// Everything that came so far, oldest first.
    private(set) var reports: [SensorReport] = []

    init() throws(SystemError) {
        mailbox = try Mailbox()
    }

    var deliver: @Sendable ([SensorReport]) -> Void {
        { [mailbox] in mailbox.post($0) }
    }

    /// The last reading of `point`.
    func reading(_ point: PointID) -> Reading? {
        reports.lazy.compactMap { if case .reading(let reading) = $0 { reading } else { nil } }.last {
            $0.point == point
        }
    }

    func devices() -> [DeviceReport] {
        reports.compactMap { if case .device(let report) = $0 { report } else { nil } }
    }

    /// Waits until `condition` holds.
    ///
    /// - Returns: whether it does, after `seconds` at most.
    func wait(seconds: Int = 15, until condition: (ReportCollector) -> Bool) -> Bool {
        let end = BootTime.now() + .seconds(seconds)
        while true {
            reports += mailbox.take().flatMap { $0 }
            if condition(self) { return true }
            let left = end.millisecondsAway()
            guard left > 0 else { return false }
            reports += mailbox.wait(milliseconds: left).flatMap { $0 }
        }
    }
}

extension DeviceReport {
    /// What it is lost by; nil when found.
    var fault: DeviceFault? {
        if case .lost(let fault) = condition { fault } else { nil }
    }
}
