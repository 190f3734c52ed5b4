// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

/// Sends shipments by POST, and gets tasks by a long poll on its own connection. Plain HTTP on a loopback address.
final class HTTPSTransport: Transport {
    private let url: String
    private let booth: String
    private let reader: AnswerReader
    private let connections: HTTPConnections
    private let lines: Lines
    private let taskSettings: HTTPSettings
    /// Kept between task requests; nil before the first.
    private var taskConnection: HTTPConnection?
    private var exchanges: [Exchange] = []
    /// Shipments and task requests that could not begin; the next `turn` returns them.
    private var failures: [Arrival] = []
    /// The result of a task request that was not read yet. Reading many tasks takes time, so events that came meanwhile
    /// are sent first.
    private var unread: HTTPClient.Outcome?

    /// - Parameters:
    ///   - booth: the booth's code.
    ///   - version: for `User-Agent: boothd/VERSION`.
    ///   - taskWait: the longest time that a platform holds the long poll.
    init(_ target: TargetConfiguration, booth: String, version: String, taskWait: Duration) {
        let endpoint = target.endpoint
        url = endpoint.url
        self.booth = booth
        reader = AnswerReader(HTTPWords(endpoint))
        let settings = HTTPSettings(
            userAgent: "boothd/\(version)", authority: endpoint.ca, certificate: endpoint.certificate,
            key: endpoint.key, timeout: target.timeout)
        connections = HTTPConnections(settings)
        lines = Lines(connections)
        // While the platform holds a long poll, no byte comes. This silence is expected.
        var patient = settings
        patient.timeout = taskWait + target.timeout
        patient.silence = max(settings.silence, taskWait + .seconds(15))
        taskSettings = patient
    }

    func advance(at now: BootTime, mayRepeat: Bool) {
        lines.trim(at: now)
        if mayRepeat { sendAgain(at: now) }
    }

    func turn(after now: BootTime, waitingFor descriptor: CInt, until deadline: BootTime?) -> [Arrival] {
        guard failures.isEmpty else {
            defer { failures = [] }
            return failures
        }
        let repeats = exchanges.lazy.filter(\.mayGoAgain).map(\.shipment.overdue).filter { $0 > now }.min()
        let next = [deadline, repeats].compactMap(\.self).min()
        let limit = unread == nil ? next?.millisecondsAway() : 0
        let outcomes = connections.turn(waitingFor: descriptor, milliseconds: limit)
        let arrived = BootTime.now()
        let answer = unread
        let arrivals = outcomes.compactMap { end($0.connection, $0.outcome, at: arrived) }
        guard arrivals.isEmpty, let answer else { return arrivals }
        unread = nil
        return [.tasks(reader.taskVerdict(on: answer))]
    }

    // MARK: Sending

    func send(_ shipment: Shipment) {
        var exchange = Exchange(shipment, to: url)
        do throws(HTTPFailure) {
            let line = try line(for: shipment)
            exchange.lines = [line]
            try lines.begin(exchange.request, on: line)
            exchanges.append(exchange)
        } catch {
            failures.append(.verdict(shipment.number, reader.verdict(on: error), span: nil))
        }
    }

    private func line(for shipment: Shipment) throws(HTTPFailure) -> Line {
        switch shipment.way {
        case .press, .ordinary(keepsSpare: false): try lines.warmest()
        case .ordinary(keepsSpare: true): try lines.openingSpare(at: shipment.began)
        }
    }

    /// Sends a press without an answer again, on another connection; the first answer counts.
    private func sendAgain(at now: BootTime) {
        for index in exchanges.indices where exchanges[index].mayGoAgain {
            guard let line = otherLine(for: exchanges[index], at: now) else { continue }
            exchanges[index].mayGoAgain = false
            do throws(HTTPFailure) {
                try lines.begin(exchanges[index].request, on: line)
                exchanges[index].lines.append(line)
            } catch {
                // The first request is still under way and will report what is wrong.
                lines.drop(line)
            }
        }
    }

    /// The second connection for a press; nil if there is no reason for one.
    private func otherLine(for exchange: Exchange, at now: BootTime) -> Line? {
        guard let first = exchange.lines.first?.connection else { return nil }
        // An idle connection that was open a moment ago is better than one that is still connecting.
        if first.isConnecting { return lines.removeWarmest() }
        guard now >= exchange.shipment.overdue, first.isWaitingOnKept else { return nil }
        return try? lines.fresh()
    }

    func ask(_ question: TaskQuestion) {
        let request = TaskRequest.poll(url, booth: booth, after: question.cursor, wait: question.wait)
        do throws(HTTPFailure) {
            try connections.begin(request, on: try connectionForTasks())
        } catch {
            failures.append(.tasks(reader.taskVerdict(on: error)))
        }
    }

    private func connectionForTasks() throws(HTTPFailure) -> HTTPConnection {
        if let taskConnection { return taskConnection }
        let connection = try connections.open(taskSettings)
        taskConnection = connection
        return connection
    }

    // MARK: Receiving

    func cancel(_ shipment: Shipment.Number) {
        guard let index = exchanges.firstIndex(where: { $0.shipment.number == shipment }) else { return }
        for line in exchanges.remove(at: index).lines { lines.drop(line) }
    }

    /// A request on one connection has ended.
    ///
    /// - Returns: nil if the same shipment is still under way on another connection, and for tasks, which are read
    ///   later.
    private func end(_ connection: HTTPConnection, _ outcome: HTTPClient.Outcome, at now: BootTime) -> Arrival? {
        if connection === taskConnection {
            unread = outcome
            return nil
        }
        guard let index = exchanges.firstIndex(where: { $0.place(of: connection) != nil }),
            let place = exchanges[index].place(of: connection)
        else { return nil }
        let line = exchanges[index].lines.remove(at: place)
        let others = exchanges[index].lines
        switch outcome {
        case .success:
            // A fresh connection was served and a kept one was not. So other kept connections may be dead too.
            if others.contains(where: \.connection.isWaitingOnKept) {
                lines.dropIdle(since: exchanges[index].shipment.began)
            }
            // The first answer counts. If the platform also gets the request on the other connection, it is a
            // duplicate.
            for other in others { lines.drop(other) }
            lines.keep(line, at: now)
        case .failure:
            lines.drop(line)
            guard others.isEmpty else { return nil }
        }
        return arrival(of: exchanges.remove(at: index).shipment, outcome)
    }

    private func arrival(of shipment: Shipment, _ outcome: HTTPClient.Outcome) -> Arrival {
        switch outcome {
        case .success(let reply):
            .verdict(
                shipment.number, reader.verdict(on: reply, asked: shipment.events.map(\.id)), span: reply.roundTrip)
        case .failure(let failure): .verdict(shipment.number, reader.verdict(on: failure), span: nil)
        }
    }
}
