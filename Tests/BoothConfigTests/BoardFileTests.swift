// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import BoothConfig
@testable import BoothModel

@Suite("The boards that are known, and those of a boards.toml beside the configuration")
struct BoardFileTests {
    let directory = ExampleDirectory()

    private static let added = """
        [board.own-16]
        title = { zh = "自制 16 路", en = "our own 16" }
        unit = 17
        baud = 19200
        parity = "even"
        inputs = { table = "holding-register", first = 100, count = 16, active = "low", range = "0..1" }
        outputs = { table = "coil", count = 2 }
        whole-bytes = true
        signs = [
            { table = "holding-register", address = 99, value = 16 },
            { table = "holding-register", address = 100, count = 16, most = 1 },
            { table = "coil", address = 0, count = 2000, answers = "exception" },
            { table = "input-register", address = 7, answers = "unit" },
            { table = "input-register", address = 8, range = "3..5" },
        ]
        """

    @Test("every shipped board is right, has a name of its own and says where its terminals are")
    func shipped() {
        let file = BoardFile(bytes: PackageResources.boards_toml, path: "boards.toml")
        #expect(file.problems.isEmpty, "\(file.problems)")
        let boards = BoardProfiles.shipped.all
        #expect(boards.map(\.name) == file.names)
        #expect(Set(boards.map(\.name)).count == boards.count)
        for board in boards {
            #expect(board.inputs != nil || board.outputs != nil, "\(board.name)")
            #expect(!board.signs.isEmpty, "\(board.name)")
            #expect(board.signs.contains { $0.answer != .exception }, "\(board.name)")
        }
    }

    @Test("the shipped boards are those of the market, as they come")
    func facts() throws {
        let boards = BoardProfiles.shipped
        let io = try #require(boards["waveshare-io-8ch"])
        #expect(io.inputs == .init(table: .discreteInput, first: 0, count: 8))
        #expect(io.outputs == .init(table: .coil, first: 0, count: 8))
        #expect((io.unit, io.baud, io.parity) == (1, 9600, .none))
        #expect(
            ["lctech-2", "lctech-4", "lctech-8"].allSatisfy {
                boards[$0]?.unit == 255 && boards[$0]?.wholeBytes == true
            })
        #expect(boards["alarm-2di"]?.inputs?.active == .low)
        #expect(boards["di8-registers"]?.inputs == .init(table: .inputRegister, first: 0, count: 8, plausible: 0...1))
        #expect(boards["jy-dam-8"]?.unit == 254)
        #expect(boards["renke-sensor"]?.baud == 4800)
        #expect(boards["waveshare-relay-8ch"]?.inputs == nil)
        #expect(boards["absent"] == nil)
    }

    @Test("every shipped board can be named in a configuration, with all of its terminals")
    func usable() throws {
        for board in BoardProfiles.shipped.all {
            var text = unitExample.replacingFirst("unit.255]", with: "unit.9]")
                .replacingFirst("unit = 255", with: "unit = 9").replacingFirst("unit.2]", with: "unit.\(board.unit)]")
                .replacingFirst("\"waveshare-io-8ch\"", with: "\"\(board.name)\"")
            let source =
                board.inputs.map { "unit = \(board.unit), input = \($0.count)" }
                ?? "unit = \(board.unit), table = \"coil\", address = 0"
            text = text.replacingFirst("unit = 2, input = 3", with: source)
            let point = try directory.read(text).points[0].source
            guard case .modbus(let read) = point, let inputs = board.inputs else { continue }
            #expect((read.table, read.address) == (inputs.table, inputs.first + inputs.count - 1))
            #expect((read.active, read.plausible) == (inputs.active, inputs.plausible))
        }
    }

    @Test("a boards.toml adds boards")
    func extended() throws {
        directory.write(Self.added, to: "boards.toml")
        let boards = try BoardProfiles.read(beside: "\(directory.path)/boothd.toml")
        #expect(boards.all.count == BoardProfiles.shipped.all.count + 1)
        let own = try #require(boards["own-16"])
        #expect(own.title == Message(zh: "自制 16 路", en: "our own 16"))
        #expect((own.unit, own.baud, own.parity, own.wholeBytes) == (17, 19_200, .even, true))
        #expect(own.inputs == .init(table: .holdingRegister, first: 100, count: 16, active: .low, plausible: 0...1))
        #expect(own.outputs == .init(table: .coil, first: 0, count: 2))
        #expect(own.signs.map(\.answer) == [.value(16), .most(1), .exception, .unit, .within(3...5)])
        #expect(own.signs.map(\.count) == [1, 16, 2000, 1, 1])
        directory.write(
            unitExample.replacingFirst("waveshare-io-8ch", with: "own-16").replacingFirst(
                "\"lctech-4\"", with: "\"lctech-4\""
            ).replacingFirst("input = 3", with: "input = 16"), to: "boothd.toml")
        let configuration = try ConfigurationFile.read(path: "\(directory.path)/boothd.toml")
        guard case .modbus(let source) = configuration.points[0].source else {
            Issue.record("no Modbus")
            return
        }
        #expect((source.table, source.address, source.active) == (.holdingRegister, 115, .low))
        #expect(configuration.buses[0].units[2]?.answersWholeBytes == true)
    }

    @Test("a board of the same name takes the shipped one's place as a whole, and changes the configuration's hash")
    func replaced() throws {
        let boards = "[board.waveshare-io-8ch]\ntitle = \"x\"\ninputs = { table = \"coil\", first = 8, count = 3 }"
        let configuration = try directory.read(unitExample, boards: boards)
        guard case .modbus(let source) = configuration.points[0].source else {
            Issue.record("no Modbus")
            return
        }
        #expect((source.table, source.address) == (.coil, 10))
        #expect(try configuration.hash != directory.read(unitExample).hash)
        let replaced = BoardProfiles.shipped.overridden(by: BoardFile(bytes: Array(boards.utf8), path: "").profiles)
        #expect(replaced.all.map(\.name) == BoardProfiles.shipped.all.map(\.name))
        #expect(replaced["waveshare-io-8ch"]?.outputs == nil)
    }

    @Test("without a boards.toml the shipped boards are those that are known")
    func absent() throws {
        let boards = try BoardProfiles.read(beside: "\(directory.path)/boothd.toml")
        #expect(boards.all == BoardProfiles.shipped.all)
        #expect(BoardProfiles.path(beside: "boothd.toml") == "boards.toml")
        #expect(BoardProfiles.path(beside: "/boothd.toml") == "/boards.toml")
    }

    static let spoiled = [
        Spoiled("[board.own-16]", "[board.own-16", "1:14", "not TOML"),
        Spoiled("[board.own-16]", "[board.Own]", "1:8", "lower-case letters"),
        Spoiled("[board.own-16]", "[boards.own-16]", "1:2", "did you mean \"board\"?"),
        Spoiled("title = { zh = \"自制 16 路\", en = \"our own 16\" }\n", "", "1:1", "\"title\" is missing"),
        Spoiled("zh = \"自制 16 路\", ", "", "2:9", "{ zh = \"…\", en = \"…\" }"),
        Spoiled("unit = 17", "unit = 0", "3:8", "an integer 1..255"),
        Spoiled("unit = 17", "units = 17", "3:1", "did you mean \"unit\"?"),
        Spoiled("baud = 19200", "baud = 19201", "4:8", "19200 | 38400"),
        Spoiled("parity = \"even\"", "parity = \"evn\"", "5:10", "did you mean \"even\"?"),
        Spoiled("first = 100, count = 16", "first = 65530, count = 16", "6:63", "go beyond 65535; write 6 at most"),
        Spoiled("count = 16, active", "count = 0, active", "6:61", "an integer 1..2000"),
        Spoiled("\"holding-register\", first", "\"discrete-input\", first", "6:79", "\"range\" is for registers"),
        Spoiled(
            "{ table = \"coil\", count = 2 }", "{ table = \"input-register\", count = 2 }", "7:21",
            "\"coil\" | \"holding-register\""),
        Spoiled("whole-bytes = true", "whole-bytes = 1", "8:15", "true or false"),
        Spoiled("address = 99, value = 16", "address = 99", "10:5", "write one of \"answers\""),
        Spoiled("address = 99, value = 16", "address = 99, value = 16, most = 3", "10:61", "write one of \"answers\""),
        Spoiled("count = 16, most", "count = 126, most", "11:58", "an integer 1..125"),
        Spoiled("answers = \"exception\"", "answers = \"exeption\"", "12:60", "did you mean \"exception\"?"),
        Spoiled(
            "address = 0, count = 2000", "address = 64000, count = 2000", "12:48", "go beyond 65535; write 1536 at most"
        ),
    ]

    @Test("what is wrong with a boards.toml is told at its place in it", arguments: spoiled)
    func refused(spoiled: Spoiled) throws {
        let boards = Self.added.replacingFirst(spoiled.old, with: spoiled.new)
        do throws(ConfigurationError) {
            _ = try directory.read(unitExample, boards: boards)
            Issue.record("it passed")
        } catch {
            let english = error.lines(in: .english)
            #expect(english.count == 1, "\(english)")
            #expect(english[0].hasPrefix("\(directory.path)/boards.toml:\(spoiled.place): "), "\(english)")
            #expect(english[0].contains(spoiled.says) && english[0].contains("; "), "\(english)")
            #expect(error.lines(in: .chinese).allSatisfy { $0.contains("；") })
        }
    }

    @Test("a unit with a board that is wrong itself is not told as well")
    func once() {
        let boards = Self.added.replacingFirst("unit = 17", with: "unit = 0").replacingFirst("title", with: "titel")
        let text = unitExample.replacingFirst("waveshare-io-8ch", with: "own-16")
        do throws(ConfigurationError) {
            _ = try directory.read(text, boards: boards)
            Issue.record("it passed")
        } catch {
            #expect(error.problems.allSatisfy { $0.file == "\(directory.path)/boards.toml" }, "\(error)")
        }
    }

    @Test(
        "what leans on a board that is wrong is not wrong as well: a terminal of it, and one of a shipped name",
        arguments: [
            ("own-16", "count = 16, active", "count = 0, active"), ("own-16", "[board.own-16]", "[board.own-16"),
            ("waveshare-io-8ch", "[board.own-16]\n", "[board.waveshare-io-8ch]\nunits = 3\n"),
        ])
    func follows(name: String, old: String, new: String) {
        let boards = Self.added.replacingFirst(old, with: new)
        let text = unitExample.replacingFirst("waveshare-io-8ch", with: name).replacingFirst(
            "input = 3", with: "input = 12")
        do throws(ConfigurationError) {
            _ = try directory.read(text, boards: boards)
            Issue.record("it passed")
        } catch {
            #expect(error.problems.allSatisfy { $0.file == "\(directory.path)/boards.toml" }, "\(error)")
        }
    }

    @Test("a name that no board may have is not suggested")
    func noWrongName() {
        let boards = Self.added.replacingFirst("board.own-16", with: "board.Own_16")
        let text = unitExample.replacingFirst("waveshare-io-8ch", with: "own-1")
        do throws(ConfigurationError) {
            _ = try directory.read(text, boards: boards)
            Issue.record("it passed")
        } catch {
            let lines = error.lines(in: .english)
            #expect(lines.contains { $0.contains("there is no board \"own-1\"") }, "\(lines)")
            #expect(!lines.contains { $0.contains("did you mean \"Own_16\"") }, "\(lines)")
        }
    }

    @Test("a boards.toml that cannot be read is a problem, and not no boards")
    func unreadable() {
        directory.write(unitExample, to: "boothd.toml")
        let folder = "\(directory.path)/boards.toml"
        mkdir(folder, 0o755)
        defer { rmdir(folder) }
        do throws(ConfigurationError) {
            _ = try ConfigurationFile.read(path: "\(directory.path)/boothd.toml")
            Issue.record("it passed")
        } catch {
            #expect(
                error.lines(in: .english) == [
                    "\(folder):1:1: cannot read the file of boards: it is not a regular file; check its permissions, or move it away"
                ])
        }
        #expect(ConfigurationFile.survey(path: "\(directory.path)/boothd.toml").problems.count == 1)
    }

    @Test(
        "a sign fits what its board answers and nothing else",
        arguments: [
            (BoardProfile.Sign.Answer.values, [UInt16](), false), (.values, [7, 9], true), (.exception, [7, 9], false),
            (.unit, [5, 5], true), (.unit, [5, 6], false), (.value(3), [3, 3], true), (.value(3), [3], false),
            (.most(3), [0, 3], true), (.most(3), [0, 4], false), (.within(2...4), [2, 4], true),
            (.within(2...4), [1, 4], false),
        ])
    func signs(answer: BoardProfile.Sign.Answer, values: [UInt16], fits: Bool) {
        let sign = BoardProfile.Sign(table: .holdingRegister, address: 0, count: 2, answer: answer)
        #expect(sign.fits(values, of: 5) == fits)
        #expect(sign.fits(nil, of: 5) == (answer == .exception))
    }
}
