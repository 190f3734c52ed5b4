// SPDX-License-Identifier: Apache-2.0
import BoothDoctor
import BoothModel

// The verbs that examine the machine without the agent. They matter most while the agent does not run.
extension BoothCommand {
    /// `doctor`
    func diagnose(_ invocation: Invocation, _ language: Language) -> ExitCode {
        let examination = Examination(
            configuration: invocation.configuration ?? ConfigurationCheck.defaultFile,
            stateDirectory: invocation.stateDirectory ?? Examination.stateDirectoryOfEnvironment,
            socket: invocation.socket ?? defaultSocket)
        let diagnosis = Diagnosis(examination.run { show(progress: $0, language) })
        endProgress()
        output.write(invocation.json ? diagnosis.json + "\n" : Screens(language).diagnosis(diagnosis))
        return diagnosis.failures == 0 ? .done : .failed
    }

    /// `gpio`
    func listChips(_ invocation: Invocation, _ language: Language) -> ExitCode {
        let listing = GPIOListing(configuration: invocation.configuration ?? ConfigurationCheck.defaultFile)
        output.write(invocation.json ? listing.json + "\n" : Screens(language).gpio(listing))
        for chip in listing.chips {
            guard let obstacle = chip.obstacle else { continue }
            complain(Message(zh: "\(chip.path)：\(obstacle.zh)", en: "\(chip.path): \(obstacle.en)"), language)
        }
        for message in listing.notes { complain(message, language) }
        return listing.chips.allSatisfy { $0.obstacle == nil } ? .done : .failed
    }

    /// Shows the current area on a terminal, on one line that is overwritten. Shows nothing to programs and files.
    private func show(progress area: Area, _ language: Language) {
        guard errors.isTerminal else { return }
        let title = area.title.text(in: language)
        errors.write("\r\u{1B}[K" + Words(language: language)("正在检查：\(title)", "looking at: \(title)"))
        errors.flush()
    }

    private func endProgress() {
        guard errors.isTerminal else { return }
        errors.write("\r\u{1B}[K")
        errors.flush()
    }
}
