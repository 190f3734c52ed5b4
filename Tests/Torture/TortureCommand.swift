// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// The command line of `booth-torture`.
package struct TortureCommand {
    /// A command line that is not understood.
    package struct UsageError: Error, CustomStringConvertible {
        package let description: String
    }

    package static let usage = """
        usage: booth-torture ATTACK [--seed N] [what the attack takes]
          cuts [--points 10000]     the power goes between any two writes
          faults [--faulty 2000]    the same where writes and syncs failed before
          bytes [--stride 1]        each n-th byte of a small journal is spoiled, its files cut, gone, put back
          rows [--changes 2000]     rows of a small journal are changed by hand
          calls [--runs N]          each system call fails in turn; N of each at most
          full [--rounds 20]        a tmpfs of 1 MiB is filled up and freed
          kills [--rounds 200]      a process is killed at random moments
          model [--seeds 200]       a journal lives beside a model
          room [--lives 20]         more is recorded than there is room for, and it grows old
          years [--years 10] [--limit 64MiB] [--kills 100] [--outages 20]
                            years of a busy booth at full speed, or so many --days of them
          lies [--points 100]       cuts on a disk that syncs nothing: has to fail, or the attack is none
        Attacks can be named one after the other. Exit 1 where one failed; its seed is said.
        """

    private var options: [String: String] = [:]
    private var attacks: [String] = []
    private var isHelp = false

    private static let names = [
        "cuts", "bytes", "calls", "full", "kills", "model", "room", "faults", "lies", "rows", "child", "spoil",
        "years", "year",
    ]
    private static let known = [
        "mark", "seed", "points", "faulty", "stride", "runs", "rounds", "seeds", "steps", "directory", "notes", "limit",
        "changes", "lives", "kind", "amount", "first", "years", "days", "kills", "outages",
    ]

    package init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--help" {
                isHelp = true
            } else if Self.names.contains(argument) {
                attacks.append(argument)
            } else if argument.hasPrefix("--"), Self.known.contains(String(argument.dropFirst(2))),
                let value = rest.popFirst()
            {
                options[String(argument.dropFirst(2))] = value
            } else {
                throw UsageError(description: "\"\(argument)\" is not understood\n\(Self.usage)")
            }
        }
        if attacks.isEmpty, !isHelp { throw UsageError(description: Self.usage) }
    }

    private func number<Number: FixedWidthInteger>(_ name: String, _ standard: Number) throws -> Number {
        guard let text = options[name] else { return standard }
        if text.hasSuffix("MiB"), let number = Number(text.dropLast(3)) { return number << 20 }
        guard let number = Number(text) else { throw UsageError(description: "--\(name) \(text) is no number") }
        return number
    }

    /// - Returns: the exit code.
    package func run() throws -> CInt {
        guard !isHelp else {
            print(Self.usage)
            return 0
        }
        if attacks.first == "child" { return try child() }
        if attacks.first == "spoil" { return try spoil() }
        if attacks.first == "year" { return try year() }
        Recording.install()
        let seed: UInt64 = try number("seed", 1)
        var code: CInt = 0
        for attack in attacks {
            let start = BootTime.now()
            var outcome: Outcome =
                switch attack {
                case "cuts": CutAttack(points: try number("points", 10_000), seed: seed).run()
                case "faults": CutAttack(points: try number("faulty", 2000), seed: seed, isFaulty: true).run()
                case "lies":
                    CutAttack(points: try number("points", 100), seed: seed, lies: true).run()
                case "bytes": SpoilAttack(.bytes, amount: try number("stride", 1), seed: seed).run()
                case "rows": SpoilAttack(.rows, amount: try number("changes", 2000), seed: seed).run()
                case "calls": CallAttack(runs: options["runs"] == nil ? nil : try number("runs", 1), seed: seed).run()
                case "full": FullAttack(rounds: try number("rounds", 20), seed: seed).run()
                case "kills": KillAttack(rounds: try number("rounds", 200), seed: seed).run()
                case "years": try years().run()
                case "room": RoomAttack(lives: try number("lives", 20), seed: seed).run()
                default: ModelAttack(seeds: try number("seeds", 200), seed: seed).run()
                }
            outcome.remarks.append("\((BootTime.now() - start).components.seconds) s")
            print(outcome.text)
            fflush(nil)
            if outcome.failed > 0 { code = 1 }
        }
        return code
    }

    private func years() throws -> YearsAttack {
        YearsAttack(
            days: try number("days", 365 * number("years", 10)), limit: try number("limit", 64 << 20),
            kills: try number("kills", 100), outages: try number("outages", 20), seed: try number("seed", 1))
    }

    private func year() throws -> CInt {
        guard let directory = options["directory"], let mark = options["mark"] else {
            throw UsageError(description: "a year takes --directory and --mark")
        }
        do {
            try years().liveOnce(in: directory, mark: mark)
        } catch {
            print("problem: \(error)")
            return 1
        }
        return 0
    }

    private func spoil() throws -> CInt {
        guard let directory = options["directory"], let kind = options["kind"].flatMap(SpoilAttack.Kind.init) else {
            throw UsageError(description: "spoil takes --directory and --kind")
        }
        try SpoilAttack(kind, amount: try number("amount", 1), seed: try number("seed", 1))
            .doShare(of: directory, from: try number("first", 0))
        return 0
    }

    private func child() throws -> CInt {
        guard let directory = options["directory"], let mark = options["mark"], let notes = options["notes"] else {
            throw UsageError(description: "a child takes --directory, --mark and --notes")
        }
        return try Child.live(
            directory: directory, mark: mark, notes: notes, seed: try number("seed", 1), steps: try number("steps", 10),
            limit: try number("limit", 1 << 20)
        ).rawValue
    }
}
