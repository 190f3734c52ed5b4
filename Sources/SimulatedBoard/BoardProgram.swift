// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// The program `booth-board`.
package enum BoardProgram {
    static let usage = """
        usage: booth-board (--tcp HOST:PORT | --serial PATH) [--unit N]... [--script FILE]

        A simulated Modbus I/O board. Its inputs are set by lines on standard input or in the script; the line
        `help` lists them. Each unit has 1024 addresses in each of its four tables.

          --tcp HOST:PORT   listens there; port 0 takes one that is free
          --serial PATH     serves an existing serial line at 9600 8N1, or makes PATH a link to a new pseudo-terminal
          --unit N          a unit that answers, 1 to 247; once for each, unit 1 without
          --script FILE     lines to carry out beside those on standard input
        """

    /// Runs until `quit`, SIGTERM or SIGINT.
    ///
    /// - Parameter arguments: without the program's name.
    /// - Returns: the exit code: 0, 1 (standard output could not be written), 64 (usage), 66 (script unreadable) or 69 (the
    ///   place cannot be opened).
    package static func run(_ arguments: [String]) -> CInt {
        StandardStream.keepPlaces()
        // If the reader goes away, write(2) fails, and the process is not killed.
        signal(SIGPIPE, SIG_IGN)
        if arguments.contains("--help") {
            output.write(line: usage)
            return output.exitCode
        }
        do {
            return serve(try BoardOptions(arguments))
        } catch {
            complain("\(error)\n\(usage)")
            return 64
        }
    }

    private static func serve(_ options: BoardOptions) -> CInt {
        var script: [String] = []
        do throws(SystemError) {
            if let path = options.script { script = try lines(of: path) }
        } catch {
            complain("\(error); name a file with one command on each line")
            return 66
        }
        do {
            // Do this first, because threads inherit the signal mask.
            let signals = try StopSignals()
            try serve(options, script, until: signals)
            return output.exitCode
        } catch {
            complain("\(error); choose another place, or stop what holds it")
            return 69
        }
    }

    // A separate function, because Swift 6.0's optimiser crashes on a noncopyable local in a function with several
    // exits.
    private static func serve(_ options: BoardOptions, _ script: [String], until signals: borrowing StopSignals) throws
    {
        let ended = try WakeUp()
        let board = try SimulatedBoard(at: options.place, units: options.units) { notice in
            switch notice {
            case .said(let text): say(text)
            case .wrong(let text): complain(text)
            case .quit: ended.ring()
            }
        }
        defer { board.stop() }
        say(board.port == 0 ? "serving \(board.name)" : "listening on \(board.name)")
        carryOut(script, of: options.script ?? "", on: board)
        _ = try WorkerThread(name: "board-input") { carryOutInput(on: board) }
        let loop = try EventLoop()
        var isEnding = false
        try loop.watch(signals.descriptor) { _ in isEnding = true }
        try loop.watch(ended.descriptor) { _ in isEnding = true }
        while !isEnding { loop.turn() }
    }

    private static func lines(of path: String) throws(SystemError) -> [String] {
        guard let file = fopen(path, "re") else { throw SystemError("open \(path)") }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        var lines: [String] = []
        while getline(&line, &capacity, file) >= 0, let line { lines.append(String(cString: line)) }
        return lines
    }

    private static func carryOut(_ script: [String], of path: String, on board: SimulatedBoard) {
        for (index, line) in script.enumerated() {
            do throws(BoardLineError) {
                try board.command(line, from: .script)
            } catch {
                complain("\(path):\(index + 1): \(error)")
            }
        }
    }

    private static func carryOutInput(on board: SimulatedBoard) {
        while let line = readLine() {
            do throws(BoardLineError) { try board.command(line) } catch { complain(error.description) }
        }
    }

    private static let output = LineOutput(program: "booth-board")

    /// Writes one line to standard output at once, because tests and demos wait for it.
    private static func say(_ text: String) {
        output.write(line: text)
    }

    private static func complain(_ text: String) {
        StandardStream.error.write(line: "booth-board: \(text)")
    }
}

/// The program's options, checked.
struct BoardOptions {
    var place: SimulatedBoard.Place
    var units: [Int] = []
    var script: String?

    init(_ arguments: [String]) throws(BoardLineError) {
        var place: SimulatedBoard.Place?
        var rest = arguments[...]
        while let option = rest.popFirst() {
            guard ["--tcp", "--serial", "--unit", "--script"].contains(option) else {
                throw BoardLineError("unknown option \(option)", "--tcp, --serial, --unit or --script")
            }
            guard let value = rest.popFirst() else {
                throw BoardLineError("\(option) has no value", "put one after it")
            }
            switch option {
            case "--unit": units.append(try Self.unit(value))
            case "--script": script = value
            default:
                guard place == nil else { throw BoardLineError("two places to serve", "give --tcp or --serial once") }
                place = option == "--serial" ? .serial(path: value) : try Self.tcp(value)
            }
        }
        guard let place else { throw BoardLineError("no place to serve", "give --tcp HOST:PORT or --serial PATH") }
        self.place = place
        if units.isEmpty { units = [1] }
    }

    private static func unit(_ text: String) throws(BoardLineError) -> Int {
        guard let unit = Int(text), (1...247).contains(unit) else {
            throw BoardLineError("“\(text)” is no unit", "a number from 1 to 247")
        }
        return unit
    }

    private static func tcp(_ text: String) throws(BoardLineError) -> SimulatedBoard.Place {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            colon != text.startIndex
        else { throw BoardLineError("“\(text)” is no place to listen", "HOST:PORT, such as 127.0.0.1:1502") }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        return .tcp(host: String(isBracketed ? host.dropFirst().dropLast() : host), port: port)
    }
}
