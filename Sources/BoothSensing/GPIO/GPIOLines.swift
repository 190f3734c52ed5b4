// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import GPIO

/// Every GPIO input of the booth, on the thread of one `EventLoop`; nothing here blocks.
///
/// What it delivers: a chip and a line as `.found` when they are first held and when they are held again; as `.lost`
/// once for each reason; the level of each point when its line is held; then each edge, with the kernel's stamp. After
/// each batch of edges, and every five seconds, levels are read, and where an edge was lost the level corrects it.
package final class GPIOLines {
    /// What the chips share.
    struct Environment {
        let loop: EventLoop
        let consumer: String
        let directory: String
        let deliver: ([SensorReport]) -> Void
    }

    private let loop: EventLoop
    private let chips: [ChipLines]
    private let deviceFiles: DirectoryWatch

    /// Requests nothing yet.
    ///
    /// - Parameters:
    ///   - chips: those without a point are left alone.
    ///   - points: those without a GPIO source are left alone.
    ///   - consumer: what others see as the holder of the lines.
    ///   - directory: where device files appear.
    ///   - deliver: called on the loop's thread with reports in the order in which they hold, never with none.
    /// - Throws: `SystemError` when the process has no descriptor or inotify watch left.
    package init(
        chips: [GPIOChipConfiguration], points: [PointConfiguration], loop: EventLoop, consumer: String = "boothd",
        directory: String = "/dev", deliver: @escaping ([SensorReport]) -> Void
    ) throws(SystemError) {
        let environment = Environment(loop: loop, consumer: consumer, directory: directory) { reports in
            if !reports.isEmpty { deliver(reports) }
        }
        self.loop = loop
        self.chips = chips.compactMap { chip in
            let lines = Self.lines(of: chip.name, points: points)
            return lines.isEmpty ? nil : ChipLines(chip, lines: lines, environment: environment)
        }
        deviceFiles = try DirectoryWatch(path: directory)
        try loop.watch(deviceFiles.descriptor) { [weak self] _ in self?.takeDeviceFiles() }
    }

    deinit {
        stop()
    }

    /// Looks for every chip and requests every line; delivers what holds from now on.
    package func start(at time: BootTime) {
        for chip in chips { chip.look(at: time) }
    }

    /// When `tick` has something to do; nil when nothing is configured.
    package var nextDeadline: BootTime? { chips.compactMap(\.nextDeadline).min() }

    /// Reads levels and looks for what is missing, where it is due.
    package func tick(at time: BootTime) {
        for chip in chips { chip.tick(at: time) }
    }

    /// Gives every line back and forgets every descriptor.
    package func stop() {
        loop.unwatch(deviceFiles.descriptor)
        for chip in chips { chip.release() }
    }

    /// Edges that the kernel counted and could not keep, since the start; libgpiod 2 only.
    package var missedEdges: UInt64 { chips.reduce(0) { $0 + $1.missedEdges } }

    /// Batches after which an edge may be missing that nobody counted, since the lines are held; libgpiod 1 only.
    package var uncountedBatches: UInt64 { chips.reduce(0) { $0 + $1.uncountedBatches } }

    private func takeDeviceFiles() {
        let names = deviceFiles.take()
        // The kernel may have dropped events; then a name is empty.
        guard names.contains(where: { $0.isEmpty || $0.hasPrefix("gpiochip") }) else { return }
        let time = BootTime.now()
        for chip in chips { chip.lookSoon(at: time) }
    }

    /// The lines of one chip, in the order in which points name them; points that share a line share its request.
    private static func lines(of chip: String, points: [PointConfiguration]) -> [InputLine] {
        var order: [GPIOSource] = []
        var wired: [GPIOSource.Line: [PointConfiguration]] = [:]
        for point in points {
            guard case .gpio(let source) = point.source, source.chip == chip else { continue }
            if wired[source.line] == nil { order.append(source) }
            wired[source.line, default: []].append(point)
        }
        return order.map { InputLine(source: $0, points: wired[$0.line] ?? []) }
    }
}
