// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc

let language = Language.ofEnvironment
do {
    if CommandLine.arguments.count == 3, CommandLine.arguments[1] == Keeper.word {
        try Keeper(directory: CommandLine.arguments[2]).run()
        exit(0)
    }
    let options = try BenchOptions(Array(CommandLine.arguments.dropFirst()))
    if options.isHelp {
        let output = LineOutput(program: "booth-bench")
        output.write(line: BenchOptions.help.text(in: language))
        exit(output.exitCode)
    }
    try Bench().run(options)
} catch let error as BenchOptions.UsageError {
    StandardStream.error.write(line: error.message.text(in: language))
    exit(64)
} catch {
    StandardStream.error.write(line: "booth-bench: \(error)")
    exit(1)
}
