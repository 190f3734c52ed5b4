// SPDX-License-Identifier: Apache-2.0

@testable import BoothConfig
@testable import BoothModel

/// A configuration and a boards.toml with every table that there is, and in each no more than it has to have.
struct ManualFile {
    private let text: String
    private let boards: String

    /// What was read, so that two files can be compared.
    struct Read: Equatable {
        var configuration: Configuration
        var boards: [BoardProfile]
    }

    /// The tables, each by its name here, with the heading that the manual describes them under.
    static let tables = [
        "booth": "BOOTH", "schedule": "SCHEDULE", "storage": "STORAGE AND CLOCK", "clock": "STORAGE AND CLOCK",
        "chip": "GPIO CHIPS", "serial": "MODBUS BUSES", "unit": "MODBUS BUSES", "guard": "MODBUS BUSES",
        "gpio-point": "POINTS", "gpio": "POINTS", "modbus": "POINTS", "loop": "POINTS", "output": "OUTPUTS",
        "output-modbus": "OUTPUTS", "target": "TARGETS", "https": "TARGETS", "http": "TARGETS", "rules": "RULES",
        "board": "BOARDS", "inputs": "BOARDS", "outputs": "BOARDS", "sign": "BOARDS",
    ]

    /// - Parameter lines: by their places; of an inline table they begin with a comma.
    init(_ lines: [String: String]) {
        func more(_ place: String) -> String { lines[place] ?? "" }
        text = """
            [booth]
            code = "B0001"
            name = "Booth 1"
            county = "330225"
            grid = "330225001002"
            address = "330225001002A0001"
            longitude = 121.87
            latitude = 29.48
            \(more("booth"))
            [schedule]
            \(more("schedule"))
            [storage]
            \(more("storage"))
            [clock]
            \(more("clock"))
            [gpio.io]
            chip = "name:gpiochip0"
            \(more("chip"))
            [modbus.wire]
            serial = "/dev/ttyS0"
            \(more("serial"))
            [modbus.wire.unit.1]
            guard = { table = "coil", address = 9, value = 1\(more("guard")) }
            \(more("unit"))
            [modbus.net]
            tcp = "127.0.0.1:1502"
            \(more("tcp"))
            [[point]]
            id = "help-1"
            kind = "help-button"
            gpio = { chip = "io", line = "HELP1"\(more("gpio")) }
            \(more("gpio-point"))
            [[point]]
            id = "tamper-1"
            kind = "tamper"
            modbus = { bus = "wire", unit = 1, table = "input-register", address = 1\(more("modbus")) }
            loop = { normal = "101..600", alarm = "601..900"\(more("loop")) }
            \(more("modbus-point"))
            [[output]]
            id = "lamp"
            shows = "help"
            modbus = { bus = "wire", unit = 1, table = "coil", address = 0\(more("output-modbus")) }
            \(more("output"))
            [[target]]
            id = "police"
            accepts = ["police", "fault", "community"]
            http = { url = "http://127.0.0.1:8080"\(more("http")) }
            \(more("target"))
            [[target]]
            id = "backup"
            accepts = ["police"]
            https = { url = "https://127.0.0.1:8443"\(more("https")) }
            [rules]
            \(more("rules"))
            """
        boards = """
            [board.own]
            title = "our own"
            inputs = { table = "discrete-input", count = 8\(more("inputs")) }
            outputs = { table = "coil", count = 8\(more("outputs")) }
            signs = [{ table = "coil", address = 9, value = 1\(more("sign")) }]
            \(more("board"))
            """
    }

    func read(in directory: ExampleDirectory) throws -> Read {
        let file = BoardFile(bytes: Array(boards.utf8), path: "boards.toml")
        guard file.problems.isEmpty else { throw ConfigurationError(file: "boards.toml", problems: file.problems) }
        var configuration = try directory.read(text, boards: boards)
        configuration.hash = ""
        return Read(configuration: configuration, boards: file.profiles)
    }

    /// The keys that each table may have, by its own word: what it says to a key that is like none of them.
    static func knownKeys(in directory: ExampleDirectory) throws -> [String: [String]] {
        let stranger = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        let inline: Set = [
            "guard", "gpio", "modbus", "loop", "output-modbus", "http", "https", "inputs", "outputs", "sign",
        ]
        let strangers = tables.keys.map { table in
            (table, (inline.contains(table) ? ", " : "") + "\(stranger)-\(table) = 1")
        }
        do throws(ConfigurationError) {
            let file = ManualFile(Dictionary(uniqueKeysWithValues: strangers))
            _ = try directory.read(file.text, boards: file.boards)
            return [:]
        } catch {
            var known: [String: [String]] = [:]
            for line in error.lines(in: .english) {
                guard let name = line.firstRange(of: "unknown key \"\(stranger)-"),
                    let list = line.firstRange(of: "\"; there are: ")
                else { continue }
                let keys = line[list.upperBound...].split(separator: ", ").map(String.init)
                known[String(line[name.upperBound..<list.lowerBound])] = keys
            }
            return known
        }
    }
}
