// SPDX-License-Identifier: Apache-2.0

/// Builds the configuration file of a booth for a rehearsal.
///
/// It checks nothing, so that wrong files can be rehearsed too.
package struct BoothConfigurationText: Sendable {
    private var booth: [String]
    private var tables: [(header: String, lines: [String])] = []

    /// A booth that trusts its clock and has the identity used in all examples.
    ///
    /// - Parameter code: the booth's code, without an apostrophe.
    package init(code: String = "B0001") {
        booth = [
            "code = \(quoted(code))", "name = \"丹东街道第三警务室\"", "county = \"330225\"", "grid = \"330225001002\"",
            "address = \"330225001002A0001\"", "longitude = 121.87", "latitude = 29.48", "site = \"town\"",
            "time-zone = \"Asia/Shanghai\"",
        ]
        table("clock", ["trust = \"always\""])
    }

    /// Makes the booth trust the kernel's clock state.
    package mutating func trustKernelClock() {
        tables.removeAll { $0.header == "clock" }
        table("clock", ["trust = \"kernel\""])
    }

    /// Adds a line under `[booth]`: `grid-note = "…"`.
    package mutating func booth(_ line: String) {
        booth.append(line)
    }

    /// Adds a table: `table("rules", ["repeat = \"0s\""])`. For `[[output]]` write `table("[output]", …)`.
    package mutating func table(_ header: String, _ lines: [String]) {
        tables.append((header, lines))
    }

    /// Adds a Modbus bus over TCP on this machine.
    package mutating func modbus(_ id: String, tcpPort: UInt16, lines: [String] = []) {
        table("modbus.\(id)", ["tcp = \"127.0.0.1:\(tcpPort)\""] + lines)
    }

    /// Adds a Modbus bus over a serial port or a pty, 9600 baud, 8N1.
    package mutating func modbus(_ id: String, serial path: String, lines: [String] = []) {
        let settings = ["baud = 9600", "parity = \"none\"", "stop-bits = 1"]
        table("modbus.\(id)", ["serial = \(quoted(path))"] + settings + lines)
    }

    /// Adds a point on a Modbus bus: a discrete input, active high.
    ///
    /// - Parameters:
    ///   - address: zero-based, as on the wire.
    ///   - poll: a duration as the file spells it.
    ///   - poll: a duration in the file's notation.
    package mutating func point(
        _ id: String, kind: String, bus: String, unit: Int = 1, address: Int, poll: String = "20ms",
        lines: [String] = []
    ) {
        let source =
            "modbus = { bus = \(quoted(bus)), unit = \(unit), table = \"discrete-input\", address = \(address), "
            + "poll = \(quoted(poll)) }"
        table("[point]", ["id = \(quoted(id))", "kind = \(quoted(kind))", source] + lines)
    }

    /// Adds a platform that is reached with mutual TLS.
    ///
    /// - Parameters:
    ///   - accepts: the classes that it accepts: `police`, `community`, `fault`.
    ///   - lines: more keys of the target, each `key = value`.
    package mutating func target(
        _ id: String, accepts: [String], port: UInt16, certificates: Certificates, lines: [String] = []
    ) {
        let https =
            "https = { url = \"https://127.0.0.1:\(port)\", ca = \(quoted(certificates.path(.authority))), "
            + "certificate = \(quoted(certificates.path(.booth))), key = \(quoted(certificates.path(.boothKey))) }"
        table("[target]", targetHead(id, accepts) + [https] + lines)
    }

    /// Adds a platform on this machine that is reached with plain HTTP.
    package mutating func plainTarget(_ id: String, accepts: [String], port: UInt16, lines: [String] = []) {
        table("[target]", targetHead(id, accepts) + ["http = { url = \"http://127.0.0.1:\(port)\" }"] + lines)
    }

    /// The whole file.
    package var text: String {
        ([(header: "booth", lines: booth)] + tables)
            .map { table in "[\(table.header)]\n" + table.lines.map { $0 + "\n" }.joined() }
            .joined(separator: "\n")
    }

    private func targetHead(_ id: String, _ accepts: [String]) -> [String] {
        ["id = \(quoted(id))", "accepts = [\(accepts.map(quoted).joined(separator: ", "))]"]
    }
}

/// A TOML literal string, without escapes. `text` must not contain an apostrophe.
private func quoted(_ text: String) -> String {
    "'\(text)'"
}
