// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import GPIO

/// Every GPIO line of the booth, inputs and outputs, on the thread of one `EventLoop`; nothing here blocks.
///
/// It delivers these reports. A chip or line is `.found` when it is first held and each time it is held again. It is
/// `.lost` once for each reason. When a line is held, the level of each of its points is reported; after that each edge
/// with the kernel's timestamp. Levels are read after each batch of edges and every five seconds. When edges were lost,
/// `.missed` follows the edges that were read and comes before the level that corrects them. A flooding line
/// (`FloodWatch`) gives `.flood` each time it is ignored for a second; edges lost then give no `.missed`.
package final class GPIOLines {
    /// What all chips share.
    struct Environment {
        let loop: EventLoop
        let consumer: String
        let directory: String
        let deliver: ([SensorReport]) -> Void
    }

    private let loop: EventLoop
    private let chips: [ChipLines]
    private let deviceFiles: DirectoryWatch

    /// Requests no line yet; `start` does.
    ///
    /// - Parameters:
    ///   - chips: chips without a point or an output are ignored.
    ///   - points: points without a GPIO source are ignored.
    ///   - outputs: outputs without a GPIO sink are ignored. Each is off until `drive`.
    ///   - consumer: the name of the lines' holder, as others see it.
    ///   - directory: where device files appear.
    ///   - deliver: called on the loop's thread with one report or more, in the order in which they are valid.
    /// - Throws: `SystemError` when the process has no descriptor or inotify watch left.
    package init(
        chips: [GPIOChipConfiguration], points: [PointConfiguration], outputs: [OutputConfiguration] = [],
        loop: EventLoop, consumer: String = "boothd", directory: String = "/dev",
        deliver: @escaping ([SensorReport]) -> Void
    ) throws(SystemError) {
        let environment = Environment(loop: loop, consumer: consumer, directory: directory) { reports in
            if !reports.isEmpty { deliver(reports) }
        }
        self.loop = loop
        self.chips = chips.compactMap { chip in
            let inputs = Self.inputs(of: chip.name, points: points)
            let outputs = Self.outputs(of: chip.name, outputs)
            guard !inputs.isEmpty || !outputs.isEmpty else { return nil }
            return ChipLines(chip, inputs: inputs, outputs: outputs, environment: environment)
        }
        deviceFiles = try DirectoryWatch(path: directory)
        try loop.watch(deviceFiles.descriptor) { [weak self] _ in self?.takeDeviceFiles() }
    }

    deinit {
        stop()
    }

    /// Looks for every chip, requests every line, and delivers the first reports.
    package func start(at time: BootTime) {
        for chip in chips { chip.look(at: time) }
    }

    /// Whether no configured chip has a point or an output.
    package var isIdle: Bool { chips.isEmpty }

    /// When `tick` is due next; nil when nothing is configured.
    package var nextDeadline: BootTime? { chips.compactMap(\.nextDeadline).min() }

    /// Reads levels and looks for missing chips and lines, if due.
    package func tick(at time: BootTime) {
        for chip in chips { chip.tick(at: time) }
    }

    /// Sets what an output is to be. While its line is unavailable the value is kept, and driven as soon as possible.
    ///
    /// - Parameter output: its id; ignored if the output is not on a GPIO line.
    package func drive(_ output: String, isOn: Bool) {
        let time = BootTime.now()
        for chip in chips { chip.drive(output, isOn: isOn, at: time) }
    }

    /// Switches every output off, releases every line and unwatches every descriptor.
    package func stop() {
        loop.unwatch(deviceFiles.descriptor)
        for chip in chips { chip.stop() }
    }

    /// What this process's libgpiod cannot do, for people; nil if it can do everything.
    package static var limits: Message? {
        guard GPIOLibrary.kernelInterface < 2 else { return nil }
        let version = GPIOLibrary.version
        return Message(
            zh: "libgpiod \(version) 使用内核 GPIO 接口第 1 版：内核不去抖（由 boothd 去抖）；每线只保留 16 个边沿，丢失时不计数；"
                + "抖动不止的线仍占用内核时间。岗亭请用 Debian 13（libgpiod 2）",
            en:
                "libgpiod \(version) speaks version 1 of the kernel's GPIO interface: no debounce by the kernel (boothd's "
                + "own serves), 16 edges kept for a line and none counted when more are lost, a line that chatters goes on "
                + "costing the kernel time. A booth has Debian 13 (libgpiod 2)")
    }

    private func takeDeviceFiles() {
        let names = deviceFiles.take()
        // If the kernel dropped events, a name is empty.
        guard names.contains(where: { $0.isEmpty || $0.hasPrefix("gpiochip") }) else { return }
        let time = BootTime.now()
        for chip in chips { chip.lookSoon(at: time) }
    }

    /// The lines of one chip, in the order in which points name them. Points on the same line share one `InputLine`.
    private static func inputs(of chip: String, points: [PointConfiguration]) -> [InputLine] {
        var order: [GPIOSource] = []
        var wired: [GPIOSource.Line: [PointConfiguration]] = [:]
        for point in points {
            guard case .gpio(let source) = point.source, source.chip == chip else { continue }
            if wired[source.line] == nil { order.append(source) }
            wired[source.line, default: []].append(point)
        }
        return order.map { InputLine(source: $0, points: wired[$0.line] ?? []) }
    }

    private static func outputs(of chip: String, _ outputs: [OutputConfiguration]) -> [OutputLine] {
        outputs.compactMap { output in
            guard case .gpio(let sink) = output.sink, sink.chip == chip else { return nil }
            return OutputLine(id: output.id, sink: sink)
        }
    }
}
