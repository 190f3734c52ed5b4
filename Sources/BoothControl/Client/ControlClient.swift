// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import FoundationEssentials
import Glibc

/// A connection to the agent, for a program that waits for its answers.
package final class ControlClient {
    /// How long a whole answer may take.
    package static let patience = Duration.seconds(10)
    /// The most bytes of one reply; a journal of several years has thousands of incidents.
    private static let replyLimit = 64 << 20

    private let socket: CInt
    private let patience: Duration
    private var input = MessageBuffer(limit: ControlClient.replyLimit)

    /// Connects.
    ///
    /// - Throws: `notRunning`, `denied`, `silent` if the agent does not accept in time, `system`.
    package init(path: String, patience: Duration = ControlClient.patience) throws(ControlClientError) {
        self.patience = patience
        do { socket = try UnixSocket.make() } catch { throw .system(error) }
        let deadline = BootTime.now() + patience
        while true {
            do throws(SystemError) {
                try UnixSocket.connect(socket, to: path)
                return
            } catch {
                guard error.code == EAGAIN, BootTime.now() < deadline else { throw Self.connectError(error, path) }
                // The listener's queue is full. Linux has no event for this, and the agent empties the queue at once.
                poll(nil, 0, 20)
            }
        }
    }

    deinit {
        close(socket)
    }

    private static func connectError(_ error: SystemError, _ path: String) -> ControlClientError {
        switch error.code {
        case ENOENT, ECONNREFUSED, ENOTDIR: .notRunning(path: path)
        case EACCES, EPERM: .denied(path: path)
        case EAGAIN: .silent
        default: .system(error)
        }
    }

    /// The credentials of the agent's process; nil if the kernel does not give them.
    package var agent: PeerCredentials? {
        do { return try PeerCredentials(ofSocket: socket) } catch { return nil }
    }

    /// Calls, and waits for the answer.
    ///
    /// - Returns: the reply's parameters, a JSON object, as received.
    /// - Throws: `ControlClientError`.
    package func call(_ call: ControlCall) throws(ControlClientError) -> String {
        let deadline = BootTime.now() + patience
        try send(Request(call, more: false), until: deadline)
        guard let message = try receive(until: deadline, or: nil) else { throw giveUp() }
        return try parameters(of: message)
    }

    /// Calls `take` for each event: first the newest ones of the journal, then each as it happens.
    ///
    /// - Parameters:
    ///   - interruption: a descriptor; this returns when it becomes readable.
    ///   - take: gets the CloudEvent as received; returns false to end.
    /// - Throws: `ControlClientError`, `disconnected` if the agent stops.
    package func follow(
        until interruption: CInt? = nil, _ take: (String) -> Bool
    ) throws(ControlClientError) {
        try stream(.events, until: interruption) { parameters throws(ControlClientError) in
            guard let event = JSONText.member("event", of: parameters) else { throw .notUnderstood }
            return take(event)
        }
    }

    /// Begins a walk test, and calls `take` for each of its steps. The test ends at the latest with this client.
    ///
    /// - Parameters:
    ///   - point: the point to test; nil: all points.
    ///   - interruption: a descriptor; this returns when it becomes readable.
    ///   - take: gets the step as received, and decoded; returns false to end.
    /// - Throws: `ControlClientError`, `disconnected` if the agent stops.
    package func test(
        _ point: PointID?, until interruption: CInt? = nil, _ take: (String, TestStep) -> Bool
    ) throws(ControlClientError) {
        try stream(.test(point), until: interruption) { parameters throws(ControlClientError) in
            take(parameters, try Self.decode(TestStep.self, from: parameters))
        }
    }

    /// Calls with `more`, and passes on replies until the last one.
    private func stream(
        _ call: ControlCall, until interruption: CInt?,
        _ take: (String) throws(ControlClientError) -> Bool
    ) throws(ControlClientError) {
        try send(Request(call, more: true), until: .now() + patience)
        while let message = try receive(until: nil, or: interruption) {
            guard try take(parameters(of: message)), Self.isContinued(message) else { return }
        }
    }

    private static func isContinued(_ message: ArraySlice<UInt8>) -> Bool {
        JSONText.member("continues", of: String(decoding: message, as: UTF8.self)) == "true"
    }

    /// Makes the agent close a bus, which this process may then use as long as this client lives.
    ///
    /// - Parameter line: the line on which this process expects the bus.
    /// - Throws: `ControlClientError`: `refused` if the agent has no such bus, if it is lent already, or if this user
    ///   may only look.
    package func borrow(bus: String, line: BusLine? = nil) throws(ControlClientError) {
        let deadline = BootTime.now() + patience
        try send(Request(.lendBus(bus, line: line), more: true), until: deadline)
        guard let message = try receive(until: deadline, or: nil) else { throw giveUp() }
        _ = try parameters(of: message)
    }

    /// Ends the connection to an agent that does not answer. Otherwise a late answer could be taken for the next
    /// call's.
    private func giveUp() -> ControlClientError {
        shutdown(socket, CInt(SHUT_RDWR))
        return .silent
    }

    /// Whether the agent has ended the connection, and with it a lent bus.
    package var isDisconnected: Bool {
        var one = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        // The agent sends nothing to a client with a lent bus. So readable means the end.
        return poll(&one, 1, 0) > 0
    }

    /// A reply's value, decoded.
    ///
    /// - Throws: `notUnderstood`.
    package static func decode<Reply: Decodable>(
        _ type: Reply.Type, from text: String
    ) throws(ControlClientError) -> Reply {
        do { return try JSONDecoder().decode(type, from: Data(text.utf8)) } catch { throw .notUnderstood }
    }

    // MARK: Wire

    private func send(_ request: Request, until deadline: BootTime) throws(ControlClientError) {
        guard let data = try? JSONEncoder().encode(request) else { throw .notUnderstood }
        var rest = ArraySlice(data)
        rest.append(0)
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if sent >= 0 {
                rest = rest.dropFirst(sent)
                continue
            }
            let code = errno
            // The agent has ended the connection. It may have sent a reason, so read on.
            if code == EPIPE { return }
            guard code == EAGAIN || code == EINTR else { throw .disconnected }
            guard wait(for: Int16(POLLOUT), until: deadline, or: nil) == .ready else { throw .silent }
        }
    }

    /// - Returns: nil after the deadline or the interruption.
    private func receive(
        until deadline: BootTime?, or interruption: CInt?
    ) throws(ControlClientError) -> ArraySlice<UInt8>? {
        var room = [UInt8](repeating: 0, count: 65_536)
        while true {
            do { if let message = try input.next() { return message } } catch { throw .notUnderstood }
            guard wait(for: Int16(POLLIN), until: deadline, or: interruption) == .ready else { return nil }
            let count = recv(socket, &room, room.count, 0)
            if count > 0 { input.append(room.prefix(count)) }
            if count == 0 { throw .disconnected }
            if count < 0 {
                let code = errno
                guard code == EAGAIN || code == EINTR else { throw .disconnected }
            }
        }
    }

    private enum Wait {
        case ready, late, interrupted
    }

    private func wait(for events: Int16, until deadline: BootTime?, or interruption: CInt?) -> Wait {
        while true {
            var watched = [
                pollfd(fd: socket, events: events, revents: 0),
                pollfd(fd: interruption ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&watched, 2, deadline.map { CInt(clamping: $0.millisecondsAway()) } ?? -1)
            if count == 0 { return .late }
            if count < 0 { continue }
            return watched[1].revents != 0 ? .interrupted : .ready
        }
    }

    private func parameters(of message: ArraySlice<UInt8>) throws(ControlClientError) -> String {
        guard let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(message)) else { throw .notUnderstood }
        if let name = envelope.error {
            guard let error = ControlError(name: name, parameters: envelope.parameters) else { throw .notUnderstood }
            throw .refused(error)
        }
        return JSONText.member("parameters", of: String(decoding: message, as: UTF8.self)) ?? "{}"
    }
}

/// A call in its wire form.
private struct Request: Encodable {
    struct Parameters: Encodable {
        var incident: EventID?
        var all: Bool?
        var bus: String?
        var unit: Int?
        var table: ModbusTable?
        var address: Int?
        var count: Int?
        var line: String?
        var outcome: String?
        var until: String?
        var id: EventID?
        var point: PointID?
        var period: ReportPeriod.Kind?
        var date: String?
        var full: Bool?
    }

    var method: String
    var more: Bool?
    var parameters: Parameters?

    init(_ call: ControlCall, more: Bool) {
        method = call.method.fullName
        self.more = more ? true : nil
        switch call {
        case .incidents(let id, let all): parameters = Parameters(incident: id, all: all)
        case .lendBus(let bus, let line): parameters = Parameters(bus: bus, line: line?.text)
        case .readModbus(let read):
            parameters = Parameters(
                bus: read.bus, unit: read.unit, table: read.table, address: read.address, count: read.count,
                line: read.line?.text)
        case .report(let kind, let date): parameters = Parameters(period: kind, date: date?.text)
        case .verify(let full): parameters = Parameters(full: full)
        case .test(let point?): parameters = Parameters(point: point)
        case .act(let act): parameters = Self.parameters(of: act)
        case .status, .points, .queue, .events, .test(nil): break
        }
    }

    private static func parameters(of act: Act) -> Parameters? {
        switch act {
        case .acknowledge(let incident): Parameters(incident: incident)
        case .close(let incident, let outcome): Parameters(incident: incident, outcome: outcome)
        case .disarm(let until?):
            Parameters(until: CivilTime(wallMilliseconds: until.milliseconds).rfc3339)
        case .retry(let id?): Parameters(id: id)
        case .retry(nil): Parameters(all: true)
        case .arm, .disarm(nil): nil
        }
    }
}

/// The part of a reply that shows whether it is an error.
private struct Envelope: Decodable {
    let error: String?
    let parameters: [String: String]

    private enum CodingKeys: String, CodingKey {
        case error, parameters
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        error = try container.decodeIfPresent(String.self, forKey: .error)
        guard error != nil, container.contains(.parameters) else {
            parameters = [:]
            return
        }
        parameters = try container.decodeIfPresent([String: String].self, forKey: .parameters) ?? [:]
    }
}
