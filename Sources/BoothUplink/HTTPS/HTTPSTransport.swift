// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

/// Shipments by POST, and tasks by a long poll on a connection of its own; plain HTTP on a loopback address.
final class HTTPSTransport: Transport {
    private let url: String
    private let booth: String
    private let reader: AnswerReader
    private let connections: HTTPConnections
    private let lines: Lines
    private let taskSettings: HTTPSettings
    /// Kept from one question to the next; nil before the first.
    private var taskConnection: HTTPConnection?
    private var exchanges: [Exchange] = []
    /// What could not begin.
    private var failures: [Arrival] = []
    /// What came of a question for tasks and is not read yet. To read many of them takes its time: what has come by then
    /// is sent first.
    private var unread: HTTPClient.Outcome?

    /// - Parameters:
    ///   - booth: the booth's code.
    ///   - version: for `User-Agent: boothd/VERSION`.
    ///   - taskWait: the longest that a platform holds the long poll.
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
        // While the platform holds the request not a byte comes: that silence is what was asked for.
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

    // MARK: Beginning

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

    /// Sends a press without an answer once more, on another connection; the first answer counts.
    private func sendAgain(at now: BootTime) {
        for index in exchanges.indices where exchanges[index].mayGoAgain {
            guard let line = otherLine(for: exchanges[index], at: now) else { continue }
            exchanges[index].mayGoAgain = false
            do throws(HTTPFailure) {
                try lines.begin(exchanges[index].request, on: line)
                exchanges[index].lines.append(line)
            } catch {
                // The first one is still under way, and will say what is wrong.
                lines.drop(line)
            }
        }
    }

    /// nil where the first connection has to do.
    private func otherLine(for exchange: Exchange, at now: BootTime) -> Line? {
        guard let first = exchange.lines.first?.connection else { return nil }
        // One that is open was in use a moment ago, and is now free.
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

    // MARK: Ending

    func cancel(_ shipment: Shipment.Number) {
        guard let index = exchanges.firstIndex(where: { $0.shipment.number == shipment }) else { return }
        for line in exchanges.remove(at: index).lines { lines.drop(line) }
    }

    /// One connection is done with its request.
    ///
    /// - Returns: nil where another one still has the same shipment, and for tasks, which are read later.
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
            // Where a fresh connection was served and a kept one was not, the other kept ones are in doubt as well.
            if others.contains(where: \.connection.isWaitingOnKept) {
                lines.dropIdle(since: exchanges[index].shipment.began)
            }
            // The first answer counts. What its other connection still makes of the request is a duplicate.
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
