// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// A chip of the kernel's gpio-sim, made through configfs and taken away with this object (gpio-sim documentation:
/// `Documentation/admin-guide/gpio/gpio-sim.rst`).
final class SimulatedChip {
    private static let root = "/sys/kernel/config/gpio-sim"
    private static let count = Atomic<Int>(0)

    /// Whether this machine can make one: the module is loaded, configfs mounted, and this is root.
    static var isAvailable: Bool { geteuid() == 0 && access(root, W_OK) == 0 }

    /// Unlike any other chip's.
    let label: String
    private let folder: String
    private let lineNames: [String]

    init(lines: [String]) throws(SimulationError) {
        let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
        label = "boothd-\(getpid())-\(number)"
        folder = "\(Self.root)/\(label)"
        lineNames = lines
        try Self.make(folder)
        try Self.make("\(folder)/bank0")
        try Self.write(String(lines.count), to: "\(folder)/bank0/num_lines")
        try Self.write(label, to: "\(folder)/bank0/label")
        for (offset, name) in lines.enumerated() {
            try Self.make("\(folder)/bank0/line\(offset)")
            try Self.write(name, to: "\(folder)/bank0/line\(offset)/name")
        }
        try plugIn()
    }

    deinit {
        // What cannot be taken away again was never made.
        try? unplug()
        for offset in lineNames.indices { rmdir("\(folder)/bank0/line\(offset)") }
        rmdir("\(folder)/bank0")
        rmdir(folder)
    }

    func plugIn() throws(SimulationError) { try Self.write("1", to: "\(folder)/live") }
    func unplug() throws(SimulationError) { try Self.write("0", to: "\(folder)/live") }

    /// The kernel's name now, such as `gpiochip1`.
    func kernelName() throws(SimulationError) -> String { try Self.read("\(folder)/bank0/chip_name") }

    /// Puts a line's level high or low.
    func pull(_ line: String, high: Bool) throws(SimulationError) {
        try Self.write(high ? "pull-up" : "pull-down", to: try attribute("pull", of: line))
    }

    /// Whether a line is high, whoever drives it.
    func isHigh(_ line: String) throws(SimulationError) -> Bool {
        try Self.read(try attribute("value", of: line)) == "1"
    }

    /// The file that `pull` writes to, for who has no time to look for it.
    func pullPath(of line: String) throws(SimulationError) -> String { try attribute("pull", of: line) }

    private func attribute(_ name: String, of line: String) throws(SimulationError) -> String {
        guard let offset = lineNames.firstIndex(of: line) else { throw SimulationError(path: line, code: ENOENT) }
        let device = try Self.read("\(folder)/dev_name")
        return "/sys/devices/platform/\(device)/\(try kernelName())/sim_gpio\(offset)/\(name)"
    }

    struct SimulationError: Error {
        var path: String
        var code: CInt
    }

    private static func make(_ folder: String) throws(SimulationError) {
        guard mkdir(folder, 0o755) == 0 else { throw SimulationError(path: folder, code: errno) }
    }

    private static func write(_ text: String, to path: String) throws(SimulationError) {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw SimulationError(path: path, code: errno) }
        defer { close(file) }
        guard Glibc.write(file, text, text.utf8.count) == text.utf8.count else {
            throw SimulationError(path: path, code: errno)
        }
    }

    private static func read(_ path: String) throws(SimulationError) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SimulationError(path: path, code: errno) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let length = Glibc.read(file, &bytes, bytes.count)
        guard length >= 0 else { throw SimulationError(path: path, code: errno) }
        return String(decoding: bytes[..<length].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
