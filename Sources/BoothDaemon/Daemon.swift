// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothJournal
import BoothModel
import CLinux
import Glibc

/// The program `boothd`, from its command line to its exit code.
package struct Daemon {
    /// Exit codes of sysexits(3).
    private enum ExitCode {
        static let done: CInt = 0
        /// The help or the version could not be written.
        static let notWritten: CInt = 1
        static let usage: CInt = 64
        static let software: CInt = 70
        static let inUse: CInt = 75
        static let configuration: CInt = 78
    }

    private let arguments: [String]
    private let language = Language.ofEnvironment

    /// - Parameter arguments: the command line, the program's name first.
    package init(arguments: [String]) {
        self.arguments = arguments
    }

    /// Runs to the end.
    ///
    /// - Returns: the exit code.
    package func run() -> CInt {
        StandardStream.keepPlaces()
        do throws(DaemonOptions.UsageError) {
            let options = try DaemonOptions(Array(arguments.dropFirst())) { name in
                getenv(name).map { String(cString: $0) }
            }
            return run(options)
        } catch {
            StandardStream.error.write(line: error.message.text(in: language))
            return ExitCode.usage
        }
    }

    private func run(_ options: DaemonOptions) -> CInt {
        switch options.purpose {
        case .help:
            return answer(DaemonOptions.help.text(in: language))
        case .version:
            return answer("boothd \(Product.version)")
        case .check, .run:
            do throws(ConfigurationError) {
                let configuration = try CheckedFile.configuration(at: options.configuration)
                return options.purpose == .check ? ExitCode.done : serve(configuration, options)
            } catch {
                StandardStream.error.write(line: error.lines(in: language).joined(separator: "\n"))
                return ExitCode.configuration
            }
        }
    }

    /// Writes the only thing that was asked for.
    private func answer(_ text: String) -> CInt {
        // A reader that goes away is an error of write(2), not the end of this process.
        signal(SIGPIPE, SIG_IGN)
        guard let error = StandardStream.output.write(line: text) else { return ExitCode.done }
        StandardStream.error.write(line: "boothd: \(Message.notWritten(error.description).text(in: language))")
        return ExitCode.notWritten
    }

    private func serve(_ configuration: Configuration, _ options: DaemonOptions) -> CInt {
        // A reload runs /proc/self/exe; the process keeps the name that people look for.
        clinux_name_this_thread("boothd")
        TimeZoneDatabase.use(configuration.booth.timeZone)
        // Before the first thread: they all inherit the mask, and no system call of theirs is interrupted.
        let signals = clinux_open_signals(options.furtherSignal)
        do {
            guard signals >= 0 else { throw SystemError("signalfd") }
            switch try live(configuration, options, signals: signals) {
            case .asked: return ExitCode.done
            case .reload(let file): return startOver(with: file)
            }
        } catch let error as JournalError {
            StandardStream.error.write(line: error.message.text(in: language))
            if case .inUse = error { return ExitCode.inUse }
            return ExitCode.software
        } catch {
            StandardStream.error.write(line: "\(error)")
            return ExitCode.software
        }
    }

    /// From the start of the agent to its end, with everything said that there was to say.
    private func live(
        _ configuration: Configuration, _ options: DaemonOptions, signals: CInt
    ) throws -> Agent.Ending {
        let announcer = try Announcer(language: language)
        defer { announcer.end() }
        guard let agent = try makeAgent(configuration, options, signals: signals, announcer) else { return .asked }
        #if DEBUG
            agent.wedged = options.wedge
        #endif
        let ending = try agent.run(signals: signals)
        agent.stop(for: ending)
        return ending
    }

    /// How long a disk that refuses is left alone before it is asked again.
    private static let diskPatience: CInt = 2000

    /// Makes the agent. A disk that is full or refuses at the start is waited for: leaving would bring nobody nearer.
    ///
    /// - Returns: nil when a signal came first.
    private func makeAgent(
        _ configuration: Configuration, _ options: DaemonOptions, signals: CInt, _ announcer: Announcer
    ) throws -> Agent? {
        var said: Message?
        while true {
            do {
                return try Agent(
                    configuration, stateDirectory: options.stateDirectory, controlSocket: options.controlSocket,
                    announcer: announcer
                ) { reread(options.configuration) }
            } catch let error as JournalError where error.canPass {
                if said != error.message { announcer.log(LogEntry(.error, .storageFailed, error.message)) }
                said = error.message
                // It is asked again well before this is over; a start or a reload that hangs is not excused.
                announcer.waiting(error.message.en, for: .seconds(60))
            }
            var waiting = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
            // A configuration that is to be read again is read once the disk has recovered.
            if poll(&waiting, 1, Self.diskPatience) > 0, clinux_next_signal(signals) != SIGHUP { return nil }
        }
    }

    private func reread(_ path: String) -> Result<CheckedFile, Agent.Refusal> {
        do throws(ConfigurationError) {
            return .success(try CheckedFile(path: path))
        } catch {
            func problems(_ language: Language) -> String { error.lines(in: language).joined(separator: "; ") }
            return .failure(
                Agent.Refusal(
                    message: Message(
                        zh: "重新读取的配置有错，继续使用原配置：\(problems(.chinese))",
                        en: "the configuration read again is wrong, the old one stays: \(problems(.english))")))
        }
    }

    /// Begins again as the same process with the same command line, so that a reload and a start are one way.
    private func startOver(with file: CheckedFile) -> CInt {
        do throws(SystemError) {
            try file.leaveForNextStart()
        } catch {
            StandardStream.error.write(line: "boothd: \(error)")
        }
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &words)
        StandardStream.error.write(line: "\(SystemError("run /proc/self/exe again"))")
        return ExitCode.software
    }
}
