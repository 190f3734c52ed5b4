// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

// `verify`: checks that the journal was not changed.
extension BoothCommand {
    /// The longest time to wait: a large journal on a slow board takes long to read.
    private static let patience = Duration.seconds(900)

    func verify(_ invocation: Invocation, _ language: Language) -> ExitCode {
        asking(language) { () throws(ControlClientError) in
            let client = try ControlClient(path: invocation.socket ?? defaultSocket, patience: Self.patience)
            let reply = try answer(of: client, invocation)
            let findings = try ControlClient.decode(VerifyReply.self, from: reply)
            show(reply, invocation, Screens(language).verification(findings))
            return findings.intact ? .done : .failed
        }
    }

    private func answer(of client: ControlClient, _ invocation: Invocation) throws(ControlClientError) -> String {
        do throws(ControlClientError) {
            return try client.call(.verify(full: invocation.full))
        } catch {
            guard case .silent = error else { throw error }
            throw .refused(
                .unavailable(
                    Message(
                        zh: "boothd 在 15 分钟内没有查完：看 journalctl -u boothd",
                        en: "boothd did not come to the end within 15 minutes: see journalctl -u boothd")))
        }
    }
}
