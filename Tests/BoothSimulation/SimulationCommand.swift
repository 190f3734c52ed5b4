// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// The command line of `booth-simulation`.
package struct SimulationCommand {
    /// A command line that cannot be meant.
    package struct UsageError: Error, CustomStringConvertible {
        package let description: String
    }

    package static let usage = """
        usage: booth-simulation [--seeds N] [--days N] [--seed S] [--steps] [--whole] [--effects]
               booth-simulation mutants
               booth-simulation mutate NAME --in FOLDER
          --seeds N   so many histories; 20 unless it is said
          --days N    how many days each of them has; 100 unless it is said
          --seed S    the first seed; 1 unless it is said
          --steps     show the steps of each history, and run none
          --whole     do not look for a shorter history where one fails
          --effects   show what the core did in the step that fails
          mutants     list the faults that can be planted
          mutate      plant one of them in a copy of the sources (--which: say in which file, and plant nothing);
                      scripts/mutants does that for each
          --first     end with the first history that fails
        Each history is one booth with its journal, platforms, contacts, people and clock, made up from its seed. A
        failure says its seed and the shortest history that still fails. Exit 1 where one failed.
        """

    private var seeds = 20
    private var days = 100
    private var seed: UInt64 = 1
    private var showsSteps = false
    private var isWhole = false
    private var showsEffects = false
    private var listsMutants = false
    private var mutant: String?
    private var folder: String?
    private var namesFile = false
    private var stopsAtFirst = false
    private var isHelp = false

    package init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--steps": showsSteps = true
            case "--whole": isWhole = true
            case "--effects": showsEffects = true
            case "mutants": listsMutants = true
            case "mutate": mutant = rest.popFirst()
            case "--which": namesFile = true
            case "--first": stopsAtFirst = true
            case "--in": folder = rest.popFirst()
            case "--help": isHelp = true
            case "--seeds": seeds = try Self.number(rest.popFirst(), after: argument)
            case "--days": days = try Self.number(rest.popFirst(), after: argument)
            case "--seed": seed = UInt64(try Self.number(rest.popFirst(), after: argument))
            default: throw UsageError(description: "\"\(argument)\" is not understood\n\(Self.usage)")
            }
        }
    }

    private static func number(_ text: String?, after option: String) throws -> Int {
        guard let text, let number = Int(text), number > 0 else {
            throw UsageError(description: "\(option) takes a number above 0\n\(usage)")
        }
        return number
    }

    /// - Returns: the exit code.
    package func run() throws -> CInt {
        if isHelp {
            print(Self.usage)
            return 0
        }
        if listsMutants {
            for mutant in Mutant.all { print("\(mutant.name): \(mutant.harm)") }
            return 0
        }
        if let mutant {
            guard let found = Mutant.all.first(where: { $0.name == mutant }), let folder else {
                throw UsageError(description: "mutate takes the name of a mutant, and --in a folder")
            }
            if namesFile { print(found.file) } else { try found.plant(in: folder) }
            return 0
        }
        if showsSteps {
            print(History(seed: seed, days: days))
            return 0
        }
        let start = BootTime.now()
        var tally = Tally()
        var failed = 0
        var done = 0
        var digest: UInt64 = 0
        for number in 0..<seeds {
            let history = History(seed: seed + UInt64(number), days: days)
            let outcome = history.run()
            done += 1
            tally.add(outcome.tally)
            digest = (digest ^ outcome.digest) &* 1_099_511_628_211
            if !outcome.findings.isEmpty {
                failed += 1
                tell(of: history, outcome)
            }
            showProgress(number + 1, failed, start)
            if failed >= (stopsAtFirst ? 1 : 3) { break }
        }
        let seconds = Double((BootTime.now() - start).milliseconds) / 1000
        print(summary(tally, of: done, failed: failed, seconds: seconds))
        // Two runs of the same seeds have the same.
        print("digest \(String(digest, radix: 16))")
        return failed == 0 ? 0 : 1
    }

    private func tell(of history: History, _ outcome: History.Outcome) {
        print("seed \(history.seed):")
        for finding in outcome.findings.prefix(6) { print("  \(finding)") }
        fflush(nil)
        guard !isWhole, let first = outcome.findings.first else { return }
        let kind = History.kind(of: first)
        let progress = { (left: Int) in Self.note("seed \(history.seed): \(left) steps left") }
        let isSame = { (shorter: History) in shorter.run().findings.first.map { History.kind(of: $0) == kind } ?? false
        }
        let shortest = history.shrunk(progress: progress, fails: isSame)
        print("  \(shortest.steps.count) steps are enough, of \(history.steps.count):")
        print(shortest)
        Judge.showsEffects = showsEffects
        for finding in shortest.run().findings.prefix(6) { print("  \(finding)") }
        Judge.showsEffects = false
    }

    private func showProgress(_ done: Int, _ failed: Int, _ start: BootTime) {
        let seconds = max(0.001, Double((BootTime.now() - start).milliseconds) / 1000)
        let rate = Int(Double(done * days) / seconds)
        Self.note(
            "\(done) of \(seeds) histories, \(failed) failed, \(rate) booth-days/s", isLasting: done % 100 == 0)
    }

    /// - Parameter isLasting: whether it is said as well where nobody watches.
    private static func note(_ line: String, isLasting: Bool = false) {
        let isWatched = isatty(2) == 1
        guard isWatched || isLasting else { return }
        let text = isWatched ? "\r\u{1B}[K\(line)" : "\(line)\n"
        write(2, text, text.utf8.count)
    }

    private func summary(_ tally: Tally, of done: Int, failed: Int, seconds: Double) -> String {
        let lived = done * days
        var lines = [
            "\(done) histories, \(failed) failed: \(lived) booth-days (\(lived / 365) years) in \(Int(seconds)) s, "
                + "\(Int(Double(lived) / max(seconds, 0.001))) booth-days a second",
            "\(tally.inputs) inputs, \(tally.events) events, \(tally.starts) starts",
        ]
        lines += tally.steps.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "  \($0.value) \($0.key)" }
        return lines.joined(separator: "\n")
    }
}
