// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import HTTPServer
import SQLite

/// The program `booth-platform`.
package enum PlatformProgram {
    /// Runs the program with `arguments`, which do not include the program's name.
    ///
    /// - Returns: the exit code: 0; 1 standard output could not be written; 64 usage; 69 the address cannot be used; 78
    ///   a file is wrong.
    package static func run(_ arguments: [String]) -> CInt {
        StandardStream.keepPlaces()
        // If the reader is gone, write(2) must return an error instead of ending this process.
        signal(SIGPIPE, SIG_IGN)
        let output = LineOutput(program: "booth-platform")
        if arguments.contains("--help") {
            output.write(line: PlatformOptions.help)
            return output.exitCode
        }
        do throws(PlatformOptions.UsageError) {
            return serve(try PlatformOptions(arguments), output)
        } catch {
            StandardStream.error.write(line: "booth-platform: \(error.reason); --help tells more")
            return 64
        }
    }

    private static func serve(_ options: PlatformOptions, _ output: LineOutput) -> CInt {
        let signals = blockStopSignals()
        do {
            let tls = try options.files.map { files throws(HTTPServerError) in
                try HTTPServerTLS(
                    certificate: files.certificate, key: files.key, clientAuthority: files.clientAuthority)
            }
            let platform = try ReferencePlatform(
                database: options.database, show: { output.write(line: $0) },
                complain: { StandardStream.error.write(line: $0) })
            try platform.start(listen: options.listen, tls: tls)
            let scheme = tls == nil ? "http" : "https"
            output.write(line: "listening on \(scheme)://\(platform.address ?? options.listen)")
            try DispatcherInput.follow(platform, output)
            wait(for: signals)
            platform.stop()
            return output.exitCode
        } catch let error as HTTPServerError {
            let step = error.isAboutFile ? "name a PEM file that fits" : "choose another address, or end what holds it"
            StandardStream.error.write(line: "booth-platform: \(error); \(step)")
            return error.isAboutFile ? 78 : 69
        } catch {
            StandardStream.error.write(line: "booth-platform: \(options.database): \(error); name another file")
            return 78
        }
    }

    /// Blocks the stop signals in this thread and in all threads that it starts (pthread_sigmask(3)).
    private static func blockStopSignals() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        return signals
    }

    private static func wait(for signals: sigset_t) {
        var signals = signals
        var number: CInt = 0
        sigwait(&signals, &number)
    }
}
