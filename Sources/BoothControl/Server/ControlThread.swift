// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc

/// The loop of the control socket: reads and writes of all clients, without waiting for any. Lives on its own thread.
final class ControlThread {
    /// How many calls of one client are handled before the others have their turn.
    private static let turnLimit = 16
    private static let readSize = 65_536

    private let listener: ListeningSocket
    private let limits: ControlServer.Limits
    private let mailbox: Mailbox<ControlServer.Letter>
    private let ended: (Int) -> Void
    private let answer: (Client, VarlinkCall, Int) -> Void
    private let loop: EventLoop
    private var clients: [Int: Client] = [:]
    private var lastNumber = 0
    private var lastSerial = 0
    /// Clients with complete calls left from their last turn.
    private var unfinished: Set<Int> = []
    /// When to accept again, after the process had no descriptor left.
    private var acceptsAgain: BootTime?
    private var room = [UInt8](repeating: 0, count: ControlThread.readSize)
    private var isStopped = false
    /// The pulse to answer at the end of this round.
    private var asking: Pulse?

    /// - Parameters:
    ///   - ended: gets the serial number of a call whose client had a bus or a walk test and is gone.
    ///   - answer: answers a client's call, or passes it to the daemon with that serial number.
    init(
        listener: ListeningSocket, limits: ControlServer.Limits, mailbox: Mailbox<ControlServer.Letter>,
        ended: @escaping (Int) -> Void, answer: @escaping (Client, VarlinkCall, Int) -> Void
    ) throws(SystemError) {
        self.listener = listener
        self.limits = limits
        self.mailbox = mailbox
        self.ended = ended
        self.answer = answer
        loop = try EventLoop()
        try loop.watch(mailbox.descriptor) { [unowned self] _ in takeLetters() }
        try loop.watch(listener.descriptor) { [unowned self] _ in acceptWaiting() }
    }

    /// Serves until the letter `stop`.
    func run() {
        while !isStopped {
            loop.turn(milliseconds: unfinished.isEmpty ? acceptsAgain?.millisecondsAway() : 0)
            continueUnfinished()
            resumeAccepting()
            asking.take()?.beat()
        }
        for client in clients.values {
            sayGoodbye(to: client)
            loop.unwatch(client.socket)
            takeBack(from: client)
        }
        clients = [:]
    }

    /// Tells a client that its call gets no answer.
    private func sayGoodbye(to client: Client) {
        switch client.activity {
        case .asked(_, oneway: false), .opening:
            client.reply(
                VarlinkReply.error(.unavailable(Message(zh: "代理程序正在停止", en: "the agent is stopping"))))
            _ = client.flush()
        case .asked, .idle, .following, .holding: break
        }
    }

    // MARK: Clients

    private func acceptWaiting() {
        do {
            while let socket = try UnixSocket.accept(from: listener.descriptor) { welcome(socket) }
        } catch {
            // epoll is level-triggered: without a pause the waiting connection would keep this thread busy.
            loop.unwatch(listener.descriptor)
            acceptsAgain = .now() + .seconds(1)
        }
    }

    private func resumeAccepting() {
        guard let time = acceptsAgain, time <= .now() else { return }
        acceptsAgain = nil
        do {
            try loop.watch(listener.descriptor) { [unowned self] _ in acceptWaiting() }
        } catch {
            acceptsAgain = .now() + .seconds(1)
        }
    }

    private func welcome(_ socket: CInt) {
        guard let peer = try? PeerCredentials(ofSocket: socket) else {
            close(socket)
            return
        }
        let caller = Caller(peer)
        let most = limits.clients - kept(from: caller)
        makeRoom(for: caller, most)
        guard clients.count < most else { return refuse(socket) }
        lastNumber += 1
        let client = Client(number: lastNumber, socket: socket, caller: caller)
        clients[client.number] = client
        watch(client)
    }

    /// Number of places that this caller may not use.
    private func kept(from caller: Caller) -> Int { limits.isOwn(caller) ? 0 : limits.kept }

    /// Drops the oldest client that may be dropped, so that idle clients do not lock the technician out. Clients of
    /// root and of the agent's own user are only dropped for each other.
    private func makeRoom(for caller: Caller, _ most: Int) {
        guard clients.count >= most else { return }
        let now = BootTime.now()
        let isOwn = limits.isOwn(caller)
        let dispensable = clients.values.filter {
            $0.isDispensable(unreadFor: limits.unreadPatience, at: now) && (isOwn || !limits.isOwn($0.caller))
        }
        if let oldest = dispensable.min(by: { $0.number < $1.number }) { dismiss(oldest) }
    }

    /// Sends the reason and closes the connection. So few bytes fit into a new connection without waiting.
    private func refuse(_ socket: CInt) {
        let reason = Message(
            zh: "已有 \(clients.count) 个客户端连着 boothd：结束其中一个，或用 root",
            en: "boothd has \(clients.count.counted("client")) already: end one of them, or be root")
        var output = OutputBuffer()
        output.append(message: VarlinkReply.error(.tooManyClients(reason)).utf8)
        _ = output.flush(to: socket)
        close(socket)
    }

    private func dismiss(_ client: Client) {
        loop.unwatch(client.socket)
        unfinished.remove(client.number)
        clients[client.number] = nil
        takeBack(from: client)
    }

    /// Takes back the bus or the walk test of a client that is gone.
    private func takeBack(from client: Client) {
        guard case .holding(let serial) = client.activity else { return }
        client.activity = .idle
        ended(serial)
    }

    private func watch(_ client: Client) {
        var interest: EventLoop.Readiness = []
        if client.isReady, !client.inputEnded, !unfinished.contains(client.number) { interest.insert(.readable) }
        if !client.output.isEmpty { interest.insert(.writable) }
        do {
            try loop.watch(client.socket, for: interest) { [unowned self, unowned client] in
                wake(client, for: $0, reading: interest.contains(.readable))
            }
        } catch {
            dismiss(client)
        }
    }

    private func wake(_ client: Client, for readiness: EventLoop.Readiness, reading: Bool) {
        let isGone = !readiness.isDisjoint(with: [.hungUp, .failed])
        guard reading else {
            // Nobody is left to read an answer. A hang-up is level-triggered, so the socket must be removed.
            return isGone ? dismiss(client) : proceed(client)
        }
        guard client.read(into: &room) else { return dismiss(client) }
        proceed(client)
    }

    // MARK: Calls

    private func continueUnfinished() {
        for number in unfinished {
            guard let client = clients[number] else { continue }
            proceed(client)
        }
    }

    /// Handles the client's next calls, sends the output, and waits for the rest.
    private func proceed(_ client: Client) {
        unfinished.remove(client.number)
        guard client.flush() else { return dismiss(client) }
        var taken = 0
        while client.isReady {
            guard taken < Self.turnLimit else {
                unfinished.insert(client.number)
                break
            }
            taken += 1
            switch client.next() {
            case .broken: return dismiss(client)
            case .incomplete where client.inputEnded: return dismiss(client)
            case .incomplete: return watch(client)
            case .call(let call): begin(call, of: client)
            }
            guard client.flush() else { return dismiss(client) }
        }
        watch(client)
    }

    private func begin(_ call: VarlinkCall, of client: Client) {
        lastSerial += 1
        if case .success(.agent(.events)) = call.request, call.more, !call.oneway {
            let followers = clients.values.count { $0.isFollower }
            guard followers < limits.followers - kept(from: client.caller) else {
                let reason = Message(
                    zh: "已有 \(followers) 个客户端在跟踪消息：结束其中一个",
                    en: "events have \(followers.counted("follower")) already: end one of them")
                return client.reply(VarlinkReply.error(.tooManyClients(reason)))
            }
            client.activity = .opening(serial: lastSerial, meanwhile: [])
        } else if case .success(.agent) = call.request {
            client.activity = .asked(serial: lastSerial, oneway: call.oneway)
        }
        answer(client, call, lastSerial)
    }

    // MARK: Letters

    private func takeLetters() {
        for letter in mailbox.take() {
            switch letter {
            case .answer(let number, let serial, let answer):
                guard let client = clients[number] else {
                    if answer.lastsWithConnection { ended(serial) }
                    continue
                }
                deliver(answer, serial: serial, for: client)
            case .told(let number, let serial, let step):
                if let client = clients[number] { tell(step, serial: serial, to: client) }
            case .published(let event): publish(event)
            case .prove(let pulse): asking = pulse
            case .stop: isStopped = true
            }
        }
    }

    private func deliver(_ answer: ControlAnswer, serial: Int, for client: Client) {
        switch client.activity {
        case .asked(serial, let oneway):
            client.activity = answer.lastsWithConnection ? .holding(serial: serial) : .idle
            if !oneway { client.reply(VarlinkReply.answer(answer)) }
        case .opening(serial, let meanwhile):
            guard case .events(let newest) = answer else {
                client.activity = .idle
                client.reply(VarlinkReply.answer(answer))
                break
            }
            client.activity = .following(after: Int64.min)
            for event in newest + meanwhile { send(event, to: client) }
        default: return
        }
        proceed(client)
    }

    private func tell(_ step: TestStep, serial: Int, to client: Client) {
        guard case .holding(serial) = client.activity else { return }
        client.reply(VarlinkReply.step(step))
        if step.stage == .end { takeBack(from: client) }
        guard client.flush(), client.output.count <= limits.unreadBytes else {
            return dismiss(client)
        }
        proceed(client)
    }

    private func publish(_ event: RecentEvent) {
        for client in clients.values {
            switch client.activity {
            case .opening(let serial, let meanwhile):
                client.activity = .opening(serial: serial, meanwhile: meanwhile + [event])
                let waiting = meanwhile.reduce(event.json.utf8.count) { $0 + $1.json.utf8.count }
                if waiting > limits.unreadBytes { dismiss(client) }
            case .following:
                send(event, to: client)
                guard client.flush(), client.output.count <= limits.unreadBytes else {
                    dismiss(client)
                    continue
                }
                watch(client)
            case .idle, .asked, .holding: continue
            }
        }
    }

    /// Sends an event that the follower has not had yet.
    private func send(_ event: RecentEvent, to client: Client) {
        guard case .following(let last) = client.activity, event.key > last else { return }
        client.activity = .following(after: event.key)
        client.reply(VarlinkReply.event(event.json))
    }
}

extension ControlAnswer {
    /// Whether the client has a bus or a walk test until its connection ends.
    fileprivate var lastsWithConnection: Bool {
        switch self {
        case .lent, .testing: true
        case .status, .points, .incidents, .queue, .events, .values, .report, .verified, .incident, .attendance,
            .retried,
            .refused:
            false
        }
    }
}
