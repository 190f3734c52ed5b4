// SPDX-License-Identifier: Apache-2.0
import BoothSimulation
import Glibc

do {
    exit(try SimulationCommand(Array(CommandLine.arguments.dropFirst())).run())
} catch {
    let text = "booth-simulation: \(error)\n"
    write(2, text, text.utf8.count)
    exit(64)
}
