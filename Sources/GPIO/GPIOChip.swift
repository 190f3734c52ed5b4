// SPDX-License-Identifier: Apache-2.0
import CGpiodShims
import Glibc

/// What the kernel reports of one line.
package struct GPIOLineInfo: Hashable, Sendable {
    /// Counted from 0 within the chip.
    package var offset: Int
    /// The name in the device tree or driver; nil for a line without a name.
    package var name: String?
    /// Whether a process, a driver or the kernel holds it.
    package var isUsed: Bool
    /// The name that the holder gives itself; nil if it gives none.
    package var consumer: String?
    /// Whether the line is an output.
    package var isOutput: Bool
    /// The bias that is set; `asIs` if the kernel does not know.
    package var bias: GPIOBias
    /// Whether the holder requested active-low values.
    package var isActiveLow: Bool

    package init(
        offset: Int, name: String?, isUsed: Bool, consumer: String?, isOutput: Bool, bias: GPIOBias = .asIs,
        isActiveLow: Bool = false
    ) {
        self.offset = offset
        self.name = name
        self.isUsed = isUsed
        self.consumer = consumer
        self.isOutput = isOutput
        self.bias = bias
        self.isActiveLow = isActiveLow
    }
}

/// An open GPIO chip, closed with this value. Its requests stay valid.
package struct GPIOChip: ~Copyable {
    private let raw: OpaquePointer
    /// The device file it was opened by.
    package let path: String
    /// The kernel's name, such as `gpiochip0`; changes when the chip is plugged in again.
    package let name: String
    /// The driver's name for it; does not change.
    package let label: String
    /// The number of lines; offsets are 0..<`lineCount`.
    package let lineCount: Int

    /// Opens the chip at `path`.
    ///
    /// - Throws: `GPIOError`: `ENOENT`, `EACCES`, or `ENOTTY` and the like for a file that is no GPIO chip.
    package init(path: String) throws(GPIOError) {
        guard let raw = cgpiod_open_chip(path) else { throw GPIOError(.openChip, code: errno) }
        self.raw = raw
        self.path = path
        name = String(cString: cgpiod_chip_name(raw))
        label = String(cString: cgpiod_chip_label(raw))
        lineCount = Int(cgpiod_chip_line_count(raw))
    }

    deinit {
        cgpiod_close_chip(raw)
    }

    /// What the kernel reports of the line at `offset` now.
    ///
    /// - Parameter offset: 0..<`lineCount`.
    /// - Throws: `GPIOError`: `EINVAL` beyond the last line, `ENODEV` when the chip is gone.
    package func line(at offset: Int) throws(GPIOError) -> GPIOLineInfo {
        var info = cgpiod_line_info()
        guard cgpiod_read_line_info(raw, CUnsignedInt(clamping: offset), &info) == 0 else {
            throw GPIOError(.readLineInfo, code: errno)
        }
        return GPIOLineInfo(
            offset: offset, name: Self.text(&info.name), isUsed: info.used, consumer: Self.text(&info.consumer),
            isOutput: info.output, bias: GPIOBias(info.bias), isActiveLow: info.active_low)
    }

    /// What the kernel reports of every line, by offset.
    ///
    /// - Throws: `GPIOError`: `ENODEV` when the chip is gone.
    package func lines() throws(GPIOError) -> [GPIOLineInfo] {
        var lines: [GPIOLineInfo] = []
        lines.reserveCapacity(lineCount)
        for offset in 0..<lineCount {
            lines.append(try line(at: offset))
        }
        return lines
    }

    /// Requests `inputs`, all of them or none, as inputs that report both edges.
    ///
    /// - Parameters:
    ///   - inputs: 1...`GPIORequest.mostLines`, each offset once.
    ///   - consumer: the name of the holder, as others see it; cut to 31 bytes.
    /// - Throws: `GPIOError`: `EBUSY` when a line is held, `E2BIG` when the lines have more different settings than the
    ///   kernel allows, `ENODEV` when the chip is gone.
    package func request(_ inputs: [GPIOInput], consumer: String) throws(GPIOError) -> GPIORequest {
        let lines = inputs.map(\.raw)
        guard let request = cgpiod_request_inputs(raw, consumer, lines, lines.count) else {
            throw GPIOError(.requestLines, code: errno)
        }
        return GPIORequest(owning: request, of: inputs)
    }

    /// Requests `outputs`, all of them or none. Each line has its requested value from the first moment.
    ///
    /// - Parameters:
    ///   - outputs: 1...`GPIORequest.mostLines`, each offset once.
    ///   - consumer: the name of the holder, as others see it; cut to 31 bytes.
    /// - Throws: `GPIOError`: as for inputs.
    package func request(_ outputs: [GPIOOutput], consumer: String) throws(GPIOError) -> GPIOOutputRequest {
        let lines = outputs.map(\.raw)
        guard let request = cgpiod_request_outputs(raw, consumer, lines, lines.count) else {
            throw GPIOError(.requestLines, code: errno)
        }
        return GPIOOutputRequest(owning: request, of: outputs)
    }

    private static func text<Name>(_ name: inout Name) -> String? {
        let text = withUnsafeBytes(of: &name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return text.isEmpty ? nil : text
    }
}
