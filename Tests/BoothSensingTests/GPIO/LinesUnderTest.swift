// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import BoothSensing

extension SensorReport {
    var reading: Reading? {
        if case .reading(let reading) = self { reading } else { nil }
    }

    var missed: MissedEdges? {
        if case .missed(let missed) = self { missed } else { nil }
    }

    var flood: PointID? {
        if case .flood(let point, _) = self { point } else { nil }
    }

    var device: DeviceReport? {
        if case .device(let report) = self { report } else { nil }
    }
}

/// GPIO lines on a loop of their own, turned by the test that looks at their reports.
final class LinesUnderTest {
    private(set) var reports: [SensorReport] = []
    // Counted as they come: who waits for a flood has no time to look through its edges again and again.
    private var floods: [PointID: Int] = [:]
    private let loop: EventLoop
    // Made last, because what it delivers goes into this object.
    private(set) var lines: GPIOLines?

    init(
        chip: GPIOChipConfiguration, points: [PointConfiguration] = [], outputs: [OutputConfiguration] = [],
        directory: String = "/dev"
    ) throws {
        loop = try EventLoop()
        lines = try GPIOLines(
            chips: [chip], points: points, outputs: outputs, loop: loop, directory: directory
        ) { [weak self] in
            self?.take($0)
        }
        lines?.start(at: .now())
    }

    private func take(_ reports: [SensorReport]) {
        self.reports += reports
        for point in reports.compactMap(\.flood) { floods[point, default: 0] += 1 }
    }

    func readings(of point: PointID) -> [Reading] { reports.compactMap(\.reading).filter { $0.point == point } }

    func missed(of point: PointID) -> [MissedEdges] { reports.compactMap(\.missed).filter { $0.point == point } }
    func floods(of point: PointID) -> Int { floods[point] ?? 0 }

    func conditions(of device: DeviceID) -> [DeviceReport.Condition] {
        reports.compactMap(\.device).filter { $0.device == device }.map(\.condition)
    }

    /// Serves descriptors and deadlines until `isDone`.
    ///
    /// - Returns: whether it came to pass within `limit`.
    func turn(limit: Duration = .seconds(30), until isDone: () -> Bool) -> Bool {
        let end = BootTime.now() + limit
        while !isDone() {
            let now = BootTime.now()
            guard now < end else { return false }
            lines?.tick(at: now)
            let wake = min(end, lines?.nextDeadline ?? end)
            if !isDone() { loop.turn(milliseconds: wake.millisecondsAway()) }
        }
        return true
    }

    /// Serves what is ready now, and no deadline.
    func turnOnce() {
        loop.turn(milliseconds: 0)
    }
}
