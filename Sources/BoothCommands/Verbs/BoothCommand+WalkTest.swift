// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

// `test`: a person presses one point after the other and sees the result of each press.
extension BoothCommand {
    func walk(_ invocation: Invocation, _ language: Language) -> ExitCode {
        asking(language) { () throws(ControlClientError) in
            let client = try ControlClient(path: invocation.socket ?? defaultSocket)
            var test = WalkTest()
            let ending: ControlClientError?
            do throws(ControlClientError) {
                output.interruption = interruption
                try follow(client, &test, invocation, language)
                ending = nil
            } catch {
                ending = error
            }
            // An error before the first step: there was no test. If the agent ended later, still show the results so
            // far.
            if let ending, test.points.isEmpty { throw ending }
            if !invocation.json { close(test, Screens(language)) }
            if let ending { throw ending }
            return test.isGood(ofOnePoint: invocation.point != nil) ? .done : .failed
        }
    }

    private func follow(
        _ client: ControlClient, _ test: inout WalkTest, _ invocation: Invocation, _ language: Language
    ) throws(ControlClientError) {
        let screens = Screens(language)
        var state = test
        defer { test = state }
        try client.test(invocation.point.map(PointID.init), until: interruption) { reply, step in
            let settled = state.apply(step)
            if invocation.json {
                output.write(reply + "\n")
            } else {
                show(step, settled, state, screens)
            }
            output.flush()
            let isEnough = invocation.point != nil && settled != nil
            return !isEnough && !output.isBroken
        }
    }

    /// Shows a line for each completed press; on a terminal also the press in progress.
    private func show(_ step: TestStep, _ settled: WalkTest.Press?, _ test: WalkTest, _ screens: Screens) {
        if step.stage == .begin { output.write(screens.heading(of: test)) }
        let erase = output.isTerminal ? "\r\u{1B}[K" : ""
        if let settled { output.write(erase + screens.line(of: settled, in: test) + "\n") }
        guard output.isTerminal, let latest = test.presses.last(where: { !$0.isSettled }) else { return }
        output.write(erase + screens.line(of: latest, in: test))
    }

    /// Shows the incomplete presses and the summary.
    private func close(_ test: WalkTest, _ screens: Screens) {
        if output.isTerminal { output.write("\r\u{1B}[K") }
        for press in test.presses where !press.isSettled { output.write(screens.line(of: press, in: test) + "\n") }
        output.write(screens.summary(of: test))
    }
}
