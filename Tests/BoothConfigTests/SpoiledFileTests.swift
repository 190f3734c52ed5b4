// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothConfig
@testable import BoothModel

/// The example with one text replaced, and the one problem that this makes.
struct Spoiled: Sendable, CustomTestStringConvertible {
    var old: String
    var new: String
    /// `LINE:COLUMN`
    var place: String
    /// What the English message has to say.
    var says: String

    init(_ old: String, _ new: String, _ place: String, _ says: String) {
        (self.old, self.new, self.place, self.says) = (old, new, place, says)
    }

    var testDescription: String { new }
}

@Suite struct SpoiledFileTests {
    let directory = ExampleDirectory()

    static let syntax = [
        Spoiled(#"code = "B0001""#, #"code = "B0001"#, "2:68", "not TOML"),
        Spoiled("[schedule]", "[schedule", "12:36", "not TOML"),
        Spoiled("latitude = 29.48", "latitude = ", "8:12", "not TOML"),
        Spoiled("latitude = 29.48", "latitude = 29.48\nlatitude = 29", "9:1", "not TOML"),
        Spoiled("unit = 1, table", "unit = 1, unit = 2, table", "46:39", "not TOML"),
        Spoiled("[storage]", "[booth]", "16:1", "not TOML"),
        Spoiled("[[output]]", "[[[output]]]", "64:3", "not TOML"),
    ]

    static let booth = [
        Spoiled(#"code = "B0001""#, #"code = """#, "2:8", "1 to 64 letters"),
        Spoiled(#"code = "B0001""#, #"code = "B 1""#, "2:8", "1 to 64 letters"),
        Spoiled(#"code = "B0001""#, #"kode = "B0001""#, "1:1", "\"code\" is missing"),
        Spoiled(#"county = "330225""#, "county = 330225", "4:10", "the integer 330225"),
        Spoiled(#"county = "330225""#, #"county = "33022""#, "4:10", "six digits"),
        Spoiled("longitude = 121.87", "longitude = 180.5", "7:13", "-180..180"),
        Spoiled("latitude = 29.48", "latitude = nan", "8:12", "-90..90"),
        Spoiled("latitude = 29.48\n", "", "1:1", "\"latitude\" is missing"),
        Spoiled(#"site = "town""#, #"site = "twon""#, "9:8", "did you mean \"town\"?"),
        Spoiled("Asia/Shanghai", "Asia/Nowhere", "10:13", "a zone of this system"),
        Spoiled("time-zone", "timezone", "10:1", "did you mean \"time-zone\"?"),
        Spoiled(#"trust = "kernel""#, "trust = true", "20:9", "\"kernel\" | \"always\""),
        Spoiled("256MiB", "1023KiB", "17:9", "1MiB or more"),
        Spoiled("256MiB", "99999999999GiB", "17:9", "a size such as"),
        Spoiled("256MiB\"", "1MiB\"\nkeep = \"34d\"", "18:8", "write a duration such as \"35d\", within \"35d\""),
        Spoiled("256MiB\"", "1MiB\"\nkeep = 400", "18:8", "the integer 400"),
        Spoiled("256MiB\"", "1MiB\"\nkep = \"40d\"", "18:1", "did you mean \"keep\"?"),
        Spoiled("[clock]", "[clok]", "19:2", "did you mean \"clock\"?"),
    ]

    static let schedule = [
        Spoiled("Tue 08:30-11:30", "Tus 08:30-11:30", "13:13", "no day \"Tus\"; did you mean \"Tue\"?"),
        Spoiled("Tue 08:30-11:30", "Tue 11:30-08:30", "13:13", "does not end after its start"),
        Spoiled("Tue 08:30-11:30", "Tue 08:30-08:30", "13:13", "does not end after its start"),
        Spoiled("Tue 08:30-11:30", "Tue 8:30-11:30", "13:13", "an attendance such as"),
        Spoiled("Tue 08:30-11:30", "Tue 08:30-24:01", "13:13", "an attendance such as"),
        Spoiled("Thu 14:00-17:00", "Tue 11:00-17:00", "13:32", "overlaps the one at 13:13"),
        Spoiled("2026-10-01..2026-10-07", "2026-02-29", "14:11", "real ones"),
        Spoiled("2026-10-01..2026-10-07", "2026-10-08..2026-10-07", "14:11", "end before they start"),
        Spoiled("\"2026-10-01..2026-10-07\"", "2026-10-01", "14:11", "a date or time"),
    ]

    static let buses = [
        Spoiled("label:booth-io", "lable:booth-io", "23:8", "\"label:LABEL\""),
        Spoiled("[gpio.booth-io]", "[gpio.booth-io]\nbias = \"x\"", "23:1", "unknown key \"bias\"; there are: chip"),
        Spoiled("baud = 9600", "baud = 9601", "27:8", "9600 | 19200"),
        Spoiled(#"parity = "none""#, #"parity = "mark""#, "28:10", "\"none\" | \"even\" | \"odd\""),
        Spoiled("stop-bits = 1", "stop-bits = 0", "29:13", "1 | 2"),
        Spoiled(#"response-timeout = "100ms""#, "response-timeout = 100", "30:20", "a duration such as"),
        Spoiled(#"response-timeout = "100ms""#, #"response-timeout = "0ms""#, "30:20", "a duration such as"),
        Spoiled("127.0.0.1:1502", "127.0.0.1", "33:7", "HOST:PORT"),
        Spoiled("127.0.0.1:1502", "127.0.0.1:65536", "33:7", "HOST:PORT"),
        Spoiled(#"tcp = "127.0.0.1:1502""#, "tcp = \"127.0.0.1:1502\"\nbaud = 9600", "34:1", "for a serial bus"),
        Spoiled(#"tcp = "127.0.0.1:1502""#, "", "32:1", "neither \"serial\" nor \"tcp\""),
    ]

    static let points = [
        Spoiled(#"id = "room-door""#, #"id = "help-1""#, "44:6", "used on line 37 already"),
        Spoiled(#"id = "room-door""#, #"id = "Room""#, "44:6", "lower-case letters"),
        Spoiled(#"id = "room-door"# + "\"\n", "", "43:1", "\"id\" is missing"),
        Spoiled(#"kind = "room-door""#, #"kind = "room-dor""#, "45:8", "did you mean \"room-door\"?"),
        Spoiled(
            "{ bus = \"cabinet\", unit = 1, table = \"d", "{ bus = \"cab\", unit = 1, table = \"d", "46:18",
            "inside, cabinet"),
        Spoiled(#"chip = "booth-io""#, #"chip = "other""#, "40:17", "there are: booth-io"),
        Spoiled(#""inside", unit = 1"#, #""inside", unit = 248"#, "51:35", "an integer 1..247"),
        Spoiled(#""inside", unit = 1"#, #""inside", unit = 0"#, "51:35", "an integer 1..247"),
        Spoiled(#""cabinet", unit = 1"#, #""cabinet", unit = 256"#, "46:36", "an integer 0..255"),
        Spoiled("address = 1,", "address = 65536,", "51:74", "an integer 0..65535"),
        Spoiled("address = 1, ", "address = 1, bit = 0, ", "51:77", "\"bit\" is for registers"),
        Spoiled("address = 3,", "address = 3, bit = 16,", "61:83", "an integer 0..15"),
        Spoiled("address = 1, ", "", "51:10", "\"address\" is missing"),
        Spoiled(#"poll = "100ms""#, #"poll = "0s""#, "51:84", "\"10ms\""),
        Spoiled(#"poll = "100ms""#, #"pol = "100ms""#, "51:77", "unknown key \"pol\"; did you mean \"poll\"?"),
        Spoiled(#"debounce = "10ms""#, #"debounce = "10 ms""#, "41:12", "a duration such as"),
        Spoiled(#"debounce = "10ms""#, #"letter = "10s""#, "41:1", "means nothing for a help-button"),
        Spoiled(#"debounce = "10ms""#, #"priority = 5"#, "41:12", "an integer 1..4"),
        Spoiled(#"debounce = "10ms""#, #"chatter = "20""#, "41:11", "EDGES/DURATION"),
        Spoiled(
            #"kind = "mail-slot""#, "kind = \"contact\"\nclass = \"police\"\npriority = 2", "48:1",
            "\"category\" is missing"),
        Spoiled(
            #"kind = "mail-slot""#, "kind = \"mail-slot\"\ngpio = { chip = \"booth-io\", line = 1 }", "52:1", "keep one"
        ),
        Spoiled(
            #"modbus = { bus = "inside", unit = 1, table = "discrete-input", address = 1, poll = "100ms" }"#,
            #"gpio = { chip = "booth-io", line = "HELP1" }"#, "51:36", "used by point \"help-1\" already"),
        Spoiled(#"alarm = "601..900""#, #"alarm = "600..900""#, "62:56", "overlaps \"normal\""),
        Spoiled(#"alarm = "601..900""#, #"alarm = "900..601""#, "62:56", "write \"601..900\""),
        Spoiled(#"cut = "901..""#, #"cut = "901..65536""#, "62:74", "within 0..65535"),
        Spoiled(#"normal = "101..600", "#, "", "62:8", "\"normal\" is missing"),
        Spoiled("input-register\", address = 3", "discrete-input\", address = 3", "62:1", "a whole register"),
    ]

    static let outputsAndTargets = [
        Spoiled(#"shows = "help""#, #"shows = "halp""#, "66:9", "did you mean \"help\"?"),
        Spoiled(#"table = "coil""#, #"table = "input-register""#, "67:47", "\"coil\" | \"holding-register\""),
        Spoiled(#"tasks = true"#, #"tasks = "yes""#, "72:9", "true or false"),
        Spoiled(
            #"accepts = ["community"]"#, "accepts = [\"community\"]\ntasks = true", "78:9", "may send tasks already"),
        Spoiled(#"accepts = ["community"]"#, "accepts = []", "77:11", "\"accepts\" is empty"),
        Spoiled(#"accepts = ["community"]"#, #"accepts = ["mail"]"#, "77:12", "\"police\" | \"community\" | \"fault\""),
        Spoiled(
            "https://127.0.0.1:8443", "http://192.0.2.1:8443", "73:17", "plain http is for a loopback address alone"),
        Spoiled("https://127.0.0.1:8443", "https://user@127.0.0.1:8443", "73:17", "without user"),
        Spoiled("https://127.0.0.1:8443", "https://127.0.0.1:8443/?a=b", "73:17", "without user"),
        Spoiled(#"ca = "ca.pem""#, #"ca = "absent.pem""#, "73:48", "there is no such file"),
        Spoiled(#"ca = "ca.pem""#, #"ca = "booth.key""#, "73:48", "a PEM file with a certificate"),
        Spoiled(#"key = "booth.key""#, #"key = ".""#, "73:91", "not a regular file"),
        Spoiled(#", key = "booth.key""#, "", "73:9", "\"key\" is missing beside \"certificate\""),
        Spoiled(#"tasks = true"#, #"retry-first = "2m""#, "72:15", "\"retry-most\" is less"),
        Spoiled(#"tasks = true"#, #"rate = -1"#, "72:8", "events a second"),
        Spoiled(#"tasks = true"#, #"role = "main""#, "72:8", "\"backup\""),
        Spoiled(#"tasks = true"#, #"profile = "x""#, "72:1", "unknown key \"profile\""),
    ]

    static let rules = [
        Spoiled("[clock]", "[rules]\nescalate = [\"60s\", \"60s\"]\n[clock]", "20:20", "has to rise"),
        Spoiled("[clock]", "[rules]\nescalate = \"60s\"\n[clock]", "20:12", "an array"),
        Spoiled(
            "[clock]", "[rules]\nremind = [\"1h\", \"2h\"]\n[clock]", "20:10", "one for each priority 1 to 4, or []"),
        Spoiled(
            "[clock]", "[rules]\nremind = [\"1h\", \"never\", \"1h\", \"1h\"]\n[clock]", "20:17",
            "\"1m\" at least, or \"off\""),
        Spoiled(
            "[clock]", "[rules]\nremind = [\"59s\", \"off\", \"1h\", \"1h\"]\n[clock]", "20:11",
            "\"1m\" at least, or \"off\""),
        Spoiled("[clock]", "[rules]\nremind = \"off\"\n[clock]", "20:10", "an array"),
        Spoiled("[clock]", "[rules]\nremnd = []\n[clock]", "20:1", "did you mean \"remind\"?"),
        Spoiled("debounce = \"10ms\"", "remind = []", "41:1", "unknown key \"remind\""),
        Spoiled(
            "kind = \"mail-slot\"", "kind = \"mail-slot\"\nrepeat = \"1m\"", "51:1", "means nothing for a mail-slot"),
    ]

    @Test(
        "a spoiled file is refused at the right place, in both languages",
        arguments: syntax + booth + schedule + rules + buses + points + outputsAndTargets)
    func refused(spoiled: Spoiled) throws {
        let text = exampleFile.replacingFirst(spoiled.old, with: spoiled.new)
        do throws(ConfigurationError) {
            _ = try directory.read(text)
            Issue.record("it passed")
        } catch {
            let english = error.lines(in: .english)
            let prefix = "\(directory.path)/boothd.toml:\(spoiled.place): "
            #expect(
                english.contains {
                    $0.hasPrefix(prefix) && $0.contains(spoiled.says) && $0.contains("; ")
                },
                "\(english)")
            #expect(error.lines(in: .chinese).allSatisfy { $0.contains("；") })
            #expect(error.problems.count <= 2, "\(english)")
        }
    }

    @Test("every problem is reported in one pass, in the order of the file")
    func all() {
        let text =
            exampleFile
            .replacingFirst("county = \"330225\"", with: "county = 1").replacingFirst("256MiB", with: "1B")
            .replacingFirst("baud = 9600", with: "baud = 1").replacingFirst("kind = \"room-door\"", with: "kind = 1")
            .replacingFirst("shows = \"help\"", with: "show = \"help\"") + "\ntask = true"
        let places = directory.problems(of: text).map { $0.split(separator: " ")[0] }
        #expect(places == ["4:10:", "17:9:", "27:8:", "45:8:", "64:1:", "66:1:", "79:1:"])
    }

    @Test("an empty file lacks the booth, a point and a target, all at 1:1")
    func empty() {
        let problems = directory.problems(of: "")
        #expect(problems.count == 3)
        #expect(problems.allSatisfy { $0.hasPrefix("1:1: ") })
    }

    @Test("a key of a hundred thousand parts is refused at its place, wherever it stands; dots in texts are none")
    func deepKeys() {
        let deep = Array(repeating: "a", count: 100_000).joined(separator: ".")
        let hidden = "x = [\"\"\"y\"\"\"\", { \(deep) = 1 }]"
        for text in [hidden, "\(deep) = 1", "[\(deep)]", "[[\(deep)]]", "x = [{ \(deep) = 1 }]"] {
            let problems = directory.problems(of: "# \(deep)\ny = \"\(deep)\"\nz = '''\n\(deep)'''\n\(text)")
            #expect(problems.count == 1, "\(problems.map { $0.prefix(100) })")
            #expect(problems.first?.hasPrefix("5:") == true && problems.first?.contains("more than 8 parts") == true)
        }
    }

    @Test("a booth has 1,000 points at most, a bus 247 units")
    func limits() {
        var text = exampleFile
        for number in 0..<996 {
            text +=
                "\n[[point]]\nid = \"p\(number)\"\nkind = \"street-door\"\n"
                + "modbus = { bus = \"cabinet\", unit = \(number % 248), table = \"coil\", address = 0 }\n"
        }
        let problems = directory.problems(of: text)
        #expect(problems.count == 2, "\(problems)")
        #expect(problems.contains { $0.contains("more than 1000 points") })
        #expect(problems.contains { $0.contains("more than 247 units") })
    }

    @Test("no cut or flipped byte of the example crashes the reader")
    func fuzz() {
        let bytes = Array(exampleFile.utf8)
        var seed: UInt64 = 20_261_121
        func random(below limit: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % limit
        }
        for round in 0..<1500 {
            var spoiled = round % 2 == 0 ? Array(bytes.prefix(random(below: bytes.count))) : bytes
            for _ in 0..<random(below: 4) where !spoiled.isEmpty {
                spoiled[random(below: spoiled.count)] = UInt8(random(below: 256))
            }
            let path = "\(directory.path)/boothd.toml"
            do throws(ConfigurationError) {
                _ = try ConfigurationFile.read(ConfigurationText(bytes: spoiled), path: path)
            } catch {
                #expect(!error.problems.isEmpty)
                #expect(error.problems.allSatisfy { $0.line >= 1 && $0.column >= 1 })
            }
        }
    }
}
