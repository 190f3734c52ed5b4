// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

// `report`: statistics of the booth for the station.
extension BoothCommand {
    func report(_ invocation: Invocation, _ language: Language) -> ExitCode {
        do throws(Invocation.UsageError) {
            let date = try Self.date(of: invocation)
            guard invocation.periods.count <= 1, !(invocation.csv && invocation.json) else {
                throw Invocation.UsageError(
                    message: Message(
                        zh: "report：--day、--week、--month 只能写一个，--csv 与 --json 也只能写一个",
                        en: "report takes one of --day, --week and --month, and one of --csv and --json"))
            }
            return asking(language) { () throws(ControlClientError) in
                try show(reportOn: invocation.periods.first ?? .day, date, invocation, language)
            }
        } catch {
            complain(error.message, language)
            return .usage
        }
    }

    private static func date(of invocation: Invocation) throws(Invocation.UsageError) -> CivilDate? {
        guard let text = invocation.date else { return nil }
        guard let date = CivilDate(fullDate: text) else {
            throw Invocation.UsageError(
                message: Message(
                    zh: "--date \(text)：应为 2026-11-21 这样的日期",
                    en: "--date \(text): a date such as 2026-11-21 is expected"))
        }
        return date
    }

    private func show(
        reportOn period: ReportPeriod.Kind, _ date: CivilDate?, _ invocation: Invocation, _ language: Language
    ) throws(ControlClientError) -> ExitCode {
        struct Reply: Decodable { var report: BoothReport }
        let client = try ControlClient(path: invocation.socket ?? defaultSocket)
        let reply = try client.call(.report(period, on: date))
        guard let text = JSONText.member("report", of: reply) else { throw .notUnderstood }
        if invocation.json {
            output.write(text + "\n")
            return .done
        }
        let report = try ControlClient.decode(BoothReport.self, from: text)
        output.write(invocation.csv ? report.csv(in: language) : Screens(language).report(report))
        return .done
    }
}
