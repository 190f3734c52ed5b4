// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import GPIO

/// Every GPIO line of the booth, inputs and outputs, on the thread of one `EventLoop`; nothing here blocks.
///
/// What it delivers: a chip and a line as `.found` when they are first held and when they are held again; as `.lost`
/// once for each reason; the level of each point when its line is held; then each edge, with the kernel's stamp. After
/// each batch of edges, and every five seconds, levels are read. Where edges were lost it says so, as `.missed`, after
/// the edges there are and before the level that corrects them. A line that floods (`FloodWatch`) is told as `.flood`
/// each time that it is left alone for a second; what is lost then is not `.missed`.
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
    ///   - chips: those without a point or an output are left alone.
    ///   - points: those without a GPIO source are left alone.
    ///   - outputs: those without a GPIO sink are left alone; each is off until it is driven otherwise.
    ///   - consumer: what others see as the holder of the lines.
    ///   - directory: where device files appear.
    ///   - deliver: called on the loop's thread with reports in the order in which they hold, never with none.
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

    /// Looks for every chip and requests every line; delivers what holds from now on.
    package func start(at time: BootTime) {
        for chip in chips { chip.look(at: time) }
    }

    /// Whether no chip is configured that a point or an output is on.
    package var isIdle: Bool { chips.isEmpty }

    /// When `tick` has something to do; nil when nothing is configured.
    package var nextDeadline: BootTime? { chips.compactMap(\.nextDeadline).min() }

    /// Reads levels and looks for what is missing, where it is due.
    package func tick(at time: BootTime) {
        for chip in chips { chip.tick(at: time) }
    }

    /// What an output is to be from now on; remembered while its line cannot be had, and driven as soon as it can.
    ///
    /// - Parameter output: its id; one that is on no GPIO line is left alone.
    package func drive(_ output: String, isOn: Bool) {
        let time = BootTime.now()
        for chip in chips { chip.drive(output, isOn: isOn, at: time) }
    }

    /// Drives every output off, gives every line back and forgets every descriptor.
    package func stop() {
        loop.unwatch(deviceFiles.descriptor)
        for chip in chips { chip.stop() }
    }

    /// What the libgpiod of this process lacks, for people; nil where it lacks nothing.
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
        // The kernel may have dropped events; then a name is empty.
        guard names.contains(where: { $0.isEmpty || $0.hasPrefix("gpiochip") }) else { return }
        let time = BootTime.now()
        for chip in chips { chip.lookSoon(at: time) }
    }

    /// The lines of one chip, in the order in which points name them; points that share a line share its request.
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
