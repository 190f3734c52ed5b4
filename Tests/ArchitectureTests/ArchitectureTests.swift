// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Testing

/// What docs/architecture.md says of the house, held against the code.
@Suite("The architecture as written") struct ArchitectureTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: root.appending(path: path)), as: UTF8.self)
    }

    /// Every Swift file below a folder of `Sources`, by its path there.
    private static func sources(of target: String) throws -> [(path: String, text: String)] {
        let folder = root.appending(path: "Sources").appending(path: target).path
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".swift") }
        return try names.sorted().map { ("\(target)/\($0)", try text("Sources/\(target)/\($0)")) }
    }

    private static func imports(of text: String) -> Set<String> {
        let words = text.split(separator: "\n").filter { $0.hasPrefix("import ") }
        return Set(words.map { String($0.dropFirst("import ".count)) })
    }

    /// The cells of the rows of the first table below a heading.
    private static func table(below heading: String) throws -> [[String]] {
        let lines = try text("docs/architecture.md").split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == heading }, "docs/architecture.md has no \(heading)")
        let rows = lines[start...].drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
        return rows.dropFirst(2).map { row in
            row.split(separator: "|").map { String($0).trimmed }
        }
    }

    /// The names in backquotes of a cell.
    private static func names(in cell: String) -> [String] {
        let parts = cell.split(separator: "`", omittingEmptySubsequences: false)
        return parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    @Test("every layer imports what its row says, and each import is needed for something")
    func layers() throws {
        let system: Set = ["FoundationEssentials", "Glibc", "Synchronization"]
        let rows = try Self.table(below: "## Layers")
        #expect(rows.count > 10)
        for row in rows {
            let target = try #require(Self.names(in: row[0]).first)
            let written = Set(Self.names(in: row[1]))
            let imported = try Self.sources(of: target).reduce(into: Set<String>()) {
                $0.formUnion(Self.imports(of: $1.text))
            }
            #expect(imported.subtracting(system).subtracting([target]) == written, "\(target)")
        }
    }

    @Test("the core has no clock, no file, no thread, no environment and no randomness of its own")
    func purity() throws {
        let forbidden = [
            "import Glibc", "import Synchronization", "BootTime.now()", ": .now()", "CivilTime(wallMilliseconds",
            "ofProcess",
            "getenv", ".random(in: 0...UInt64.max)", "SystemRandomNumberGenerator", "print(", "open(\"",
        ]
        for (path, text) in try Self.sources(of: "BoothCore") {
            for word in forbidden { #expect(!text.contains(word), "\(path): \(word)") }
            #expect(Self.imports(of: text).subtracting(["FoundationEssentials", "BoothModel"]).isEmpty, "\(path)")
        }
    }

    @Test("the daemon holds no rule: what it logs, shows and answers comes from the core")
    func thinShell() throws {
        for (path, text) in try Self.sources(of: "BoothDaemon") {
            for word in ["IncidentRules", "HelpLamp", "PointBoard", "StatusReply(", "ControlError.", "IncidentStatus("]
            {
                #expect(!text.contains(word), "\(path): \(word)")
            }
        }
    }

    @Test("every thread of the agent has its row, and every row its thread")
    func threads() throws {
        let rows = try Self.table(below: "## Threads")
        let written = Set(rows.flatMap { Self.names(in: $0[0]) }.map(Self.stem))
        let targets = ["BoothControl", "BoothDaemon", "BoothJournal", "BoothSensing", "BoothUplink"]
        var started: Set<String> = []
        for (_, text) in try targets.flatMap(Self.sources) {
            for line in text.split(separator: "\n") where Self.namesThread(line) {
                started.formUnion(Self.literals(in: String(line)).map(Self.stem))
            }
        }
        // The main thread; systemd and `ps` show the program's name.
        started.insert("core")
        #expect(started == written)
    }

    private static func namesThread(_ line: Substring) -> Bool {
        ["WorkerThread(name: \"", "Outlet(name: \"", "var threadName", "name: \"modbus-", "\"modbus-"]
            .contains { line.contains($0) }
    }

    /// The string literals of a line of Swift.
    private static func literals(in line: String) -> [String] {
        line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    /// `to-` of `to-TARGET` and of `to-\(target.id)`: what differs from booth to booth is left out.
    private static func stem(_ name: String) -> String {
        guard let dash = name.firstIndex(of: "-") else { return name }
        let rest = name[name.index(after: dash)...]
        let isVariable = rest.hasPrefix("\\(") || rest.allSatisfy { $0.isUppercase }
        return isVariable ? String(name[...dash]) : name
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
