// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Glibc

// The verbs of a person at the booth: `ack`, `close`, `arm`, `disarm`, `retry`.
extension BoothCommand {
    /// Carries out the act and shows what the agent recorded.
    func act(_ verb: ActingVerb, _ invocation: Invocation, _ language: Language) -> ExitCode {
        do throws(Invocation.UsageError) {
            let request = try ActRequest(verb, invocation, now: Self.now)
            return asking(language) { () throws(ControlClientError) in
                try perform(request, invocation, language)
            }
        } catch {
            complain(error.message, language)
            return .usage
        }
    }

    private static var now: WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Runs `body`, which asks the agent, and shows its error.
    func asking(
        _ language: Language, _ body: () throws(ControlClientError) -> ExitCode
    ) -> ExitCode {
        do throws(ControlClientError) {
            return try body()
        } catch {
            complain(error.message, language)
            if case .notRunning = error { return .notRunning }
            return .failed
        }
    }

    private func perform(
        _ request: ActRequest, _ invocation: Invocation, _ language: Language
    ) throws(ControlClientError) -> ExitCode {
        let client = try ControlClient(path: invocation.socket ?? defaultSocket)
        let act: Act
        switch request {
        case .act(let known): act = known
        case .acknowledge(let name):
            guard let id = try incident(named: name, client, language) else { return .failed }
            act = .acknowledge(id)
        case .close(let name, let outcome):
            guard let id = try incident(named: name, client, language) else { return .failed }
            act = .close(id, outcome: outcome)
        case .disarm(let text):
            guard let until = try until(text, client) else {
                complain(ActRequest.noTime(text), language)
                return .usage
            }
            act = .disarm(until: until)
        }
        do throws(ControlClientError) {
            let reply = try client.call(.act(act))
            show(reply, invocation, try Screens(language).done(act, reply))
        } catch {
            guard case .refused(.invalidParameter("until")) = error else { throw error }
            complain(ActRequest.wrongUntil, language)
            return .failed
        }
        return .done
    }

    /// Uses the booth's time zone for a time of day, because the machine itself may be set to UTC.
    private func until(_ text: String, _ client: ControlClient) throws(ControlClientError) -> WallTime? {
        if !LocalTime.isAbsolute(text) {
            let status = try ControlClient.decode(StatusReply.self, from: try client.call(.status))
            // Safe: no other thread runs here.
            TimeZoneDatabase.use(status.timeZone)
        }
        return LocalTime.instant(text, now: Self.now)
    }

    /// `incidents ID`
    func showIncident(
        _ text: String, _ invocation: Invocation, _ language: Language
    ) throws(ControlClientError) -> ExitCode {
        guard let name = IncidentName(text) else {
            complain(IncidentName.wrong(text), language)
            return .usage
        }
        let client = try ControlClient(path: invocation.socket ?? defaultSocket)
        guard let id = try incident(named: name, client, language) else { return .failed }
        let reply = try client.call(.incidents(id, all: true))
        let found = try ControlClient.decode(IncidentsReply.self, from: reply).incidents
        show(reply, invocation, found.map { Screens(language).life(of: $0) }.joined(separator: "\n"))
        return .done
    }

    /// The one matching incident. If there is none or several, says so.
    private func incident(
        named name: IncidentName, _ client: ControlClient, _ language: Language
    ) throws(ControlClientError) -> EventID? {
        guard case .beginning(let beginning) = name else { return name.id }
        let all = try ControlClient.decode(IncidentsReply.self, from: try client.call(.incidents(nil, all: true)))
        let matches = all.incidents.filter { $0.incident.description.hasPrefix(beginning) }
        if matches.count == 1 { return matches[0].incident }
        guard !matches.isEmpty else {
            complain(
                Message(
                    zh: "没有以 \(beginning) 开头的事件；boothctl incidents --all 列出全部",
                    en: "no incident begins with \(beginning); boothctl incidents --all lists all"), language)
            return nil
        }
        complain(
            Message(
                zh: "以 \(beginning) 开头的事件有 \(matches.count) 起，请写得更长：",
                en: "\(matches.count) incidents begin with \(beginning); write more of the one that is meant:"),
            language)
        errors.write(Screens(language).incidents(matches))
        return nil
    }
}
