// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// Reads the dispatcher's lines from standard input. The end of the input changes nothing.
enum DispatcherInput {
    /// Longer lines are dropped.
    private static let longest = 1 << 16

    /// Reads until the end, on its own thread.
    ///
    /// - Throws: `SystemError` if the system has no thread left.
    static func follow(_ platform: ReferencePlatform, _ output: LineOutput) throws(SystemError) {
        // In a shell's background, a read would stop the program (credentials(7)). Now it just fails.
        signal(SIGTTIN, SIG_IGN)
        _ = try WorkerThread(name: "dispatcher") { readLines { carryOut($0, on: platform, output) } }
    }

    private static func carryOut(_ line: String, on platform: ReferencePlatform, _ output: LineOutput) {
        do {
            guard let words = try platform.command(line) else { return }
            output.write(line: words)
        } catch let error as DispatcherLineError {
            StandardStream.error.write(line: "booth-platform: \(error)")
        } catch {
            StandardStream.error.write(line: "booth-platform: \(error); nothing was changed; see to the database")
        }
    }

    /// Reads lines without stdio: a thread waiting here would hold stdio's lock when the program exits.
    private static func readLines(_ body: (String) -> Void) {
        var kept: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(STDIN_FILENO, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            kept += piece[..<count]
            while let end = kept.firstIndex(of: UInt8(ascii: "\n")) {
                body(String(decoding: kept[..<end], as: UTF8.self))
                kept.removeFirst(end + 1)
            }
            if kept.count > longest { kept = [] }
        }
        if !kept.isEmpty { body(String(decoding: kept, as: UTF8.self)) }
    }
}
