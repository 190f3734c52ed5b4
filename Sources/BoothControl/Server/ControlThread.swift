// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc

/// The control socket's loop: every client's reads and writes, none of which waits. Lives on its own thread.
final class ControlThread {
    /// Calls of one client that are taken in a row before the others have their turn.
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
    /// Clients with whole calls left over from their last turn.
    private var unfinished: Set<Int> = []
    /// While the process has no descriptor to accept with.
    private var acceptsAgain: BootTime?
    private var room = [UInt8](repeating: 0, count: ControlThread.readSize)
    private var isStopped = false
    /// Who asked whether this loop goes round.
    private var asking: Pulse?

    /// - Parameters:
    ///   - ended: hears the serial number of a call whose client had something as long as it was connected.
    ///   - answer: answers a call of a client, or has the daemon answer it under that serial number.
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

    /// Nobody waits for an answer that will not come.
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
            // Level-triggered: without a pause the waiting connection would keep this thread busy.
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

    /// How many places are not for this caller.
    private func kept(from caller: Caller) -> Int { limits.isOwn(caller) ? 0 : limits.kept }

    /// Ends the oldest connection that asks nothing: idle ones must not lock the technician out. Nobody takes the place of
    /// root or the agent's own user but they themselves.
    private func makeRoom(for caller: Caller, _ most: Int) {
        guard clients.count >= most else { return }
        let now = BootTime.now()
        let isOwn = limits.isOwn(caller)
        let dispensable = clients.values.filter {
            $0.isDispensable(unreadFor: limits.unreadPatience, at: now) && (isOwn || !limits.isOwn($0.caller))
        }
        if let oldest = dispensable.min(by: { $0.number < $1.number }) { dismiss(oldest) }
    }

    /// Says why, and ends the connection. A new connection takes so little at once, without waiting.
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

    /// What the client had as long as it was connected is nobody's now.
    private func takeBack(from client: Client) {
        guard case .holding(let serial) = client.activity else { return }
        client.activity = .idle
        ended(serial)
    }

    /// Asks epoll for what this client can go on with.
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
            // Nobody is left to read an answer; hang-ups are level-triggered and cannot be left standing.
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

    /// Takes the client's next calls, sends what it takes, and waits for the rest.
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

    /// A step of the walk test that the client has.
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

    /// Sends an event that the follower has not had.
    private func send(_ event: RecentEvent, to client: Client) {
        guard case .following(let last) = client.activity, event.key > last else { return }
        client.activity = .following(after: event.key)
        client.reply(VarlinkReply.event(event.json))
    }
}

extension ControlAnswer {
    /// Whether the client has something until its connection ends: a bus, a walk test.
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
