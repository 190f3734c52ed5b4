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

    /// Runs until the end.
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
                guard options.purpose == .run else {
                    _ = try CheckedFile(path: options.configuration)
                    return ExitCode.done
                }
                return serve(
                    try CheckedFile.forStart(path: options.configuration, stateDirectory: options.stateDirectory),
                    options)
            } catch {
                StandardStream.error.write(line: error.lines(in: language).joined(separator: "\n"))
                return ExitCode.configuration
            }
        }
    }

    private func answer(_ text: String) -> CInt {
        // If the reader is gone, write(2) must return an error instead of ending this process.
        signal(SIGPIPE, SIG_IGN)
        guard let error = StandardStream.output.write(line: text) else { return ExitCode.done }
        StandardStream.error.write(line: "boothd: \(Message.notWritten(error.description).text(in: language))")
        return ExitCode.notWritten
    }

    private func serve(_ file: CheckedFile, _ options: DaemonOptions) -> CInt {
        // A reload runs /proc/self/exe; keep the thread name `boothd`.
        clinux_name_this_thread("boothd")
        TimeZoneDatabase.use(file.configuration.booth.timeZone)
        // Before the first thread: all threads inherit the mask, so no system call of theirs is interrupted.
        let signals = clinux_open_signals(options.furtherSignal)
        do {
            guard signals >= 0 else { throw SystemError("signalfd") }
            switch try live(file, options, signals: signals) {
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

    /// Runs the agent from start to end, and sends all its messages.
    private func live(
        _ file: CheckedFile, _ options: DaemonOptions, signals: CInt
    ) throws -> Agent.Ending {
        defer { close(signals) }
        let announcer = try Announcer(language: language)
        defer { announcer.end() }
        let agent = try Agent(
            file, in: .init(stateDirectory: options.stateDirectory, controlSocket: options.controlSocket),
            announcer: announcer
        ) { reread(options.configuration) }
        #if DEBUG
            agent.wedged = options.wedge
        #endif
        let ending = try agent.run(signals: signals)
        agent.stop(for: ending)
        return ending
    }

    private func reread(_ path: String) -> Result<CheckedFile, ConfigurationError> {
        do throws(ConfigurationError) {
            return .success(try CheckedFile(path: path))
        } catch {
            return .failure(error)
        }
    }

    /// Restarts as the same process with the same command line, so that a reload is the same as a start.
    private func startOver(with file: CheckedFile) -> CInt {
        do throws(SystemError) {
            try file.leaveForNextStart()
        } catch {
            StandardStream.error.write(line: "boothd: \(error)")
        }
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &words)
        StandardStream.error.write(line: "boothd: \(SystemError("run /proc/self/exe again"))")
        // The restart failed: serve with what can be loaded now.
        return run()
    }
}
