// swift-tools-version: 6.0
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// Dependencies point down only; docs/architecture.md draws the picture. No Swift packages: the C libraries are Debian's.

func system(_ name: String, pkgConfig: String? = nil, apt package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies)
}

func tests(of name: String, with others: [Target.Dependency] = [], files: [String] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + others, exclude: files)
}

let package = Package(
    name: "boothd",
    products: [
        .executable(name: "boothd", targets: ["boothd"]),
        .executable(name: "boothctl", targets: ["boothctl"]),
        .executable(name: "booth-platform", targets: ["booth-platform"]),
        .executable(name: "booth-board", targets: ["booth-board"]),
        .executable(name: "booth-demo", targets: ["booth-demo"]),
        .executable(name: "booth-bench", targets: ["booth-bench"]),
        // For tests: another wall clock for a program that is started with it preloaded.
        .library(name: "FakedClock", type: .dynamic, targets: ["FakedClock"]),
    ],
    targets: [
        // Debian's C libraries, and the little C that Swift cannot say itself.
        system("CGpiod", pkgConfig: "libgpiod", apt: "libgpiod-dev"),
        system("CModbus", pkgConfig: "libmodbus", apt: "libmodbus-dev"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        // Without pkg-config: Debian 13's answer for libcurl has flags that SwiftPM warns of, and none is needed.
        system("CCurl", apt: "libcurl4-openssl-dev"),
        system("CSystemd", pkgConfig: "libsystemd", apt: "libsystemd-dev"),
        system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        system("CMicrohttpd", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        .target(name: "CGpiodShims", dependencies: ["CGpiod"]),
        .target(name: "CSQLiteVFS", dependencies: ["CSQLite"]),
        .target(name: "CTOML"),
        .target(name: "CLinux"),

        // One wrapper for each library; no word of booths.
        library("BlockingIO", ["CLinux"]),
        library("GPIO", ["CGpiodShims", "BlockingIO"]),
        library("Modbus", ["CModbus", "BlockingIO"]),
        library("SQLite", ["CSQLite", "CSQLiteVFS"]),
        library("Crypto", ["CCrypto"]),
        library("HTTP", ["CCurl", "BlockingIO"]),
        library("HTTPServer", ["CMicrohttpd", "BlockingIO"]),
        library("Systemd", ["CSystemd"]),

        // The booth.
        library("BoothModel"),
        // Its boards.toml is compiled in: the one source of what is known of boards, for people and programs.
        .target(
            name: "BoothConfig", dependencies: ["BoothModel", "CTOML", "Crypto"],
            resources: [.embedInCode("Boards/boards.toml")]),
        // What the agent decides: inputs in, effects out.
        library("BoothCore", ["BoothModel"]),
        library("BoothSensing", ["BoothModel", "BlockingIO", "GPIO", "Modbus"]),
        library("BoothJournal", ["BoothModel", "BlockingIO", "CLinux", "Crypto", "SQLite"]),
        library("BoothUplink", ["BoothModel", "BlockingIO", "Crypto", "HTTP"]),
        library("BoothControl", ["BoothModel", "BlockingIO"]),
        library(
            "BoothDaemon",
            [
                "BoothConfig", "BoothCore", "BoothSensing", "BoothJournal", "BoothUplink",
                "BoothControl", "BlockingIO", "Modbus", "Systemd",
            ]),
        // What answers on a Modbus bus, and what it is; reads and nothing else.
        library("BoothScan", ["BoothModel", "BoothSensing", "Modbus"]),
        // What a technician's look at the machine finds; each subject has a folder of its own.
        library(
            "BoothDoctor",
            [
                "BoothConfig", "BoothControl", "BoothModel", "BoothScan", "BoothSensing", "BlockingIO", "CLinux",
                "Crypto",
                "GPIO", "Modbus",
            ]),
        library(
            "BoothCommands",
            [
                "BoothConfig", "BoothControl", "BoothDoctor", "BoothModel", "BoothScan", "BlockingIO",
                "GPIO", "Modbus",
            ]),
        .executableTarget(name: "boothd", dependencies: ["BoothDaemon", "BoothCommands"]),
        .executableTarget(name: "boothctl", dependencies: ["BoothCommands", "BlockingIO"]),

        // The other side, for the demo, the tests and the integrator.
        library("ReferencePlatform", ["BoothModel", "BlockingIO", "Crypto", "HTTPServer", "SQLite"]),
        library("SimulatedBoard", ["Modbus", "BlockingIO"]),
        .executableTarget(name: "booth-platform", dependencies: ["ReferencePlatform"]),
        .executableTarget(name: "booth-board", dependencies: ["SimulatedBoard"]),

        // A whole booth on one machine: the demo, the bench and the end-to-end tests stand on it.
        library("Rehearsal", ["BoothModel", "BlockingIO", "BoothControl", "CLinux", "SQLite"]),
        .executableTarget(name: "booth-demo", dependencies: ["Rehearsal", "BoothModel", "BoothControl", "BlockingIO"]),
        .executableTarget(
            name: "booth-bench",
            dependencies: [
                "Rehearsal", "BoothModel", "BoothConfig", "BoothCore", "BoothJournal", "BoothUplink",
                "BoothCommands", "ReferencePlatform", "HTTPServer", "HTTP",
                "BlockingIO", "Modbus", "SQLite",
            ],
            // The loops that anybody would write, which the bench holds the polling against.
            exclude: ["Peers"]),

        // What tests of several targets need: temporary folders, clients of raw bytes and over TLS, shell commands.
        .target(
            name: "TestSupport", dependencies: ["Rehearsal", "BoothModel", "BlockingIO"], path: "Tests/TestSupport"),
        tests(of: "BlockingIO", with: ["CLinux"]),
        tests(of: "GPIO"),
        tests(of: "Modbus", with: ["BlockingIO", "SimulatedBoard", "TestSupport"]),
        tests(of: "SQLite", with: ["TestSupport"]),
        tests(of: "Crypto", with: ["Rehearsal", "TestSupport"]),
        tests(of: "HTTP", with: ["HTTPServer", "TestSupport"]),
        tests(of: "HTTPServer", with: ["TestSupport", "BlockingIO"]),
        // Says to systemd what its arguments ask for; the tests read what arrives.
        .executableTarget(name: "notify-probe", dependencies: ["Systemd"], path: "Tests/notify-probe"),
        tests(of: "Systemd", with: ["notify-probe", "Rehearsal", "TestSupport"]),
        tests(of: "BoothModel"),
        tests(of: "BoothConfig", with: ["TestSupport"]),
        tests(of: "BoothCore", with: ["TestSupport"], files: ["Reports/Golden"]),
        tests(of: "BoothSensing", with: ["BoothCore", "SimulatedBoard", "TestSupport"]),
        tests(of: "BoothJournal", with: ["CrashVFS"]),
        tests(of: "BoothUplink", with: ["HTTPServer", "TestSupport"]),
        tests(of: "BoothControl", with: ["TestSupport"]),
        tests(of: "BoothDoctor", with: ["Rehearsal", "TestSupport", "BlockingIO"]),
        tests(of: "BoothScan", with: ["BoothConfig", "SimulatedBoard", "TestSupport"]),
        tests(of: "BoothCommands", with: ["Rehearsal", "SimulatedBoard", "TestSupport"]),
        tests(
            of: "BoothDaemon",
            with: [
                "Rehearsal", "TestSupport", "BoothConfig", "BoothControl", "BoothCore", "BoothModel",
                "BoothSensing", "BlockingIO", "HTTPServer", "SQLite",
                "boothd", "boothctl", "booth-platform", "booth-board",
            ],
            files: ["Fixtures"]),
        // The house as docs/architecture.md draws it, held against the sources.
        .testTarget(name: "ArchitectureTests"),
        tests(
            of: "ReferencePlatform",
            with: ["BoothModel", "BoothUplink", "Crypto", "HTTP", "HTTPServer", "SQLite", "TestSupport"]),
        tests(of: "SimulatedBoard", with: ["TestSupport"]),
        // Starts a child and is killed, so that the tests can see what becomes of the child.
        .target(name: "FakedClock", path: "Tests/FakedClock"),
        .executableTarget(name: "child-keeper", dependencies: ["Rehearsal"], path: "Tests/child-keeper"),
        // Attacks on the journal: a VFS that records what reaches the disk, and a judge that knows nothing of the agent.
        .target(name: "CrashVFS", dependencies: ["CSQLite"], path: "Tests/CrashVFS"),
        .target(
            name: "Torture",
            dependencies: [
                "CrashVFS", "CSQLite", "BoothJournal", "BoothModel", "BlockingIO", "Rehearsal", "TestSupport",
            ],
            path: "Tests/Torture"),
        .executableTarget(name: "booth-torture", dependencies: ["Torture", "BlockingIO"], path: "Tests/booth-torture"),
        tests(of: "Torture", with: ["booth-torture", "Rehearsal"]),
        // The core with models of everything around it, from one seed; and a judge that shares no rule with it.
        .target(name: "BoothSimulation", dependencies: ["BoothCore", "BoothModel"], path: "Tests/BoothSimulation"),
        .executableTarget(
            name: "booth-simulation", dependencies: ["BoothSimulation"], path: "Tests/booth-simulation"),
        tests(of: "BoothSimulation", with: ["BoothCore", "BoothModel"]),
        tests(of: "Rehearsal", with: ["child-keeper", "boothd", "BlockingIO", "CLinux"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
