// SPDX-License-Identifier: Apache-2.0
import Glibc
import HTTPServer
import SQLite

/// The program `booth-platform`.
package enum PlatformProgram {
    /// Does what `arguments`, the program's name left out, ask for.
    ///
    /// - Returns: the exit code: 0, 64 usage, 69 the address cannot be had, 78 a file is wrong.
    package static func run(_ arguments: [String]) -> CInt {
        if arguments.contains("--help") {
            write(PlatformOptions.help, to: STDOUT_FILENO)
            return 0
        }
        do throws(PlatformOptions.UsageError) {
            return serve(try PlatformOptions(arguments))
        } catch {
            write("booth-platform: \(error.reason); --help tells more", to: STDERR_FILENO)
            return 64
        }
    }

    private static func serve(_ options: PlatformOptions) -> CInt {
        let signals = blockStopSignals()
        do {
            let tls = try options.files.map { files throws(HTTPServerError) in
                try HTTPServerTLS(
                    certificate: files.certificate, key: files.key, clientAuthority: files.clientAuthority)
            }
            let platform = try ReferencePlatform(
                database: options.database, show: { write($0, to: STDOUT_FILENO) },
                complain: { write($0, to: STDERR_FILENO) })
            try platform.start(listen: options.listen, tls: tls)
            let scheme = tls == nil ? "http" : "https"
            write("listening on \(scheme)://\(platform.address ?? options.listen)", to: STDOUT_FILENO)
            wait(for: signals)
            platform.stop()
            return 0
        } catch let error as HTTPServerError {
            let step = error.isAboutFile ? "name a PEM file that fits" : "choose another address, or end what holds it"
            write("booth-platform: \(error); \(step)", to: STDERR_FILENO)
            return error.isAboutFile ? 78 : 69
        } catch {
            write("booth-platform: \(options.database): \(error); name another file", to: STDERR_FILENO)
            return 78
        }
    }

    /// Blocks the signals to stop, and SIGPIPE, in this thread and all that it starts (pthread_sigmask(3)).
    private static func blockStopSignals() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        var blocked = signals
        sigaddset(&blocked, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &blocked, nil)
        return signals
    }

    private static func wait(for signals: sigset_t) {
        var signals = signals
        var number: CInt = 0
        sigwait(&signals, &number)
    }

    /// Writes a line in one call, so that lines of several threads do not mix, and nothing waits in a buffer.
    private static func write(_ line: String, to descriptor: CInt) {
        let bytes = Array((line + "\n").utf8)
        // Whoever reads may have gone: the platform serves on.
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }
}
