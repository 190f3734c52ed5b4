// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Modbus

/// The board's thread: serves clients, executes command lines, advances presses. Created and used on that thread.
final class BoardLoop {
    typealias Instant = ContinuousClock.Instant

    /// An answer, or a part of one, with the time to send it.
    private struct Outgoing {
        var due: Instant
        var client: Int
        var bytes: [UInt8]
        /// The request that it answers; set on the last part.
        var read: ReadRequest?
        var madeAt: Instant
    }

    private struct Client {
        var descriptor: CInt
        var received: [UInt8] = []
        var lastByte: Instant
    }

    /// A pause this long within a request on a serial line means that the rest was lost.
    private static let longestGap = Duration.milliseconds(20)

    private let loop: EventLoop
    private let server: ModbusServer
    private let door: BoardDoor
    private let shared: BoardShared
    private let clock = ContinuousClock()
    private var units: [Int: BoardUnit] = [:]
    private var clients: [Int: Client] = [:]
    private var nextClient = 0
    private var outgoing: [Outgoing] = []
    private var presses = Presses()
    private var sequences: [BoardLetter.Source: Sequence] = [:]
    private var isEnding = false

    private struct Sequence {
        var commands: [BoardCommand] = []
        var resumesAt: Instant?
    }

    init(door: BoardDoor, units numbers: [Int], shared: BoardShared) throws {
        self.door = door
        self.shared = shared
        loop = try EventLoop()
        server = try ModbusServer(framing: door.framing)
        for number in numbers { units[number] = try BoardUnit() }
    }

    func run() throws {
        try loop.watch(shared.mailbox.descriptor) { [unowned self] _ in takeLetters() }
        switch door.kind {
        case .tcp: try loop.watch(door.descriptor) { [unowned self] _ in acceptClients() }
        case .serial: addClient(door.descriptor)
        }
        while !isEnding {
            let now = clock.now
            carryOut(at: now)
            movePresses(at: now)
            sendDue(at: now)
            if !isEnding { loop.turn(milliseconds: waitTime(from: clock.now)) }
        }
        for client in clients.values where client.descriptor != door.descriptor { close(client.descriptor) }
    }

    private func waitTime(from now: Instant) -> Int? {
        var deadlines = outgoing.map(\.due) + sequences.values.compactMap(\.resumesAt)
        if let press = presses.nextDeadline { deadlines.append(press) }
        return deadlines.min().map { Int(max(0, now.duration(to: $0) / .milliseconds(1)).rounded(.up)) }
    }
}

// MARK: Lines

extension BoardLoop {
    private func takeLetters() {
        for letter in shared.mailbox.take() {
            switch letter {
            case .stop: isEnding = true
            case .command(let command, let source): sequences[source, default: Sequence()].commands.append(command)
            }
        }
    }

    /// Executes the waiting commands of each source, up to its next `wait`.
    private func carryOut(at now: Instant) {
        for source in BoardLetter.Source.allCases {
            while var sequence = sequences[source], !isEnding {
                if let instant = sequence.resumesAt, instant > now { break }
                sequence.resumesAt = nil
                guard !sequence.commands.isEmpty else {
                    sequences[source] = nil
                    break
                }
                let command = sequence.commands.removeFirst()
                if case .wait(let span) = command { sequence.resumesAt = now + span }
                sequences[source] = sequence
                do throws(BoardLineError) { try carryOut(command) } catch { shared.notify(.wrong(error.description)) }
            }
        }
    }

    private func carryOut(_ command: BoardCommand) throws(BoardLineError) {
        switch command {
        case .name(let name, let place, let isActiveLow):
            let input = Presses.Input(place: place, isActiveLow: isActiveLow)
            try write(input.word(isActive: false), to: place)
            presses.name(name, input)
        case .set(let place, let value): try write(value.word(in: nil), to: place)
        case .setNamed(let name, let value):
            let input = try input(name)
            try write(value.word(in: input), to: input.place)
        case .press(let name, let hold):
            _ = try input(name)
            presses.press(name, hold: hold)
        case .conduct(let number, let conduct): try unit(number).apply(conduct)
        case .wait: break
        case .help: shared.notify(.said(BoardCommand.helpText))
        case .quit:
            isEnding = true
            shared.notify(.quit)
        }
    }

    private func movePresses(at now: Instant) {
        for step in presses.advance(to: now) {
            switch step {
            case .press(let name): set(name, isActive: true, "pressed")
            case .release(let name): set(name, isActive: false, "released")
            }
        }
    }

    private func set(_ name: String, isActive: Bool, _ done: String) {
        guard let input = presses.inputs[name] else { return }
        units[input.place.unit]?.mapping[input.place.table, input.place.address] = input.word(isActive: isActive)
        shared.notify(.said("\(done) \(name)"))
    }

    private func input(_ name: String) throws(BoardLineError) -> Presses.Input {
        guard let input = presses.inputs[name] else {
            throw BoardLineError(
                "no input is called \(name)", "name it first: name \(name) unit 1 discrete-input 0")
        }
        return input
    }

    private func unit(_ number: Int) throws(BoardLineError) -> BoardUnit {
        guard let unit = units[number] else {
            let there = units.keys.sorted().map(String.init).joined(separator: ", ")
            throw BoardLineError("there is no unit \(number)", "take one of \(there), or start with --unit \(number)")
        }
        return unit
    }

    private func write(_ word: UInt16, to place: BoardCommand.Place) throws(BoardLineError) {
        let mapping = try unit(place.unit).mapping
        guard place.address < mapping.size else {
            throw BoardLineError(
                "address \(place.address) is beyond the board's tables", "take one from 0 to \(mapping.size - 1)")
        }
        mapping[place.table, place.address] = word
    }
}

extension BoardCommand.Value {
    /// The value on the wire. `input` is given if a name was used for the place, and then `on` means active.
    fileprivate func word(in input: Presses.Input?) -> UInt16 {
        switch self {
        case .on: input?.word(isActive: true) ?? 1
        case .off: input?.word(isActive: false) ?? 0
        case .number(let number): number
        }
    }
}

// MARK: Clients

extension BoardLoop {
    private func acceptClients() {
        while let descriptor = ModbusListener.accept(door.descriptor) { addClient(descriptor) }
    }

    private func addClient(_ descriptor: CInt) {
        let id = nextClient
        nextClient += 1
        clients[id] = Client(descriptor: descriptor, lastByte: clock.now)
        do {
            try loop.watch(descriptor) { [unowned self] _ in receive(from: id) }
        } catch {
            shared.notify(.wrong("client lost: \(error)"))
            drop(id)
        }
    }

    private func drop(_ id: Int) {
        guard let client = clients.removeValue(forKey: id) else { return }
        loop.unwatch(client.descriptor)
        outgoing.removeAll { $0.client == id }
        if client.descriptor == door.descriptor {
            shared.notify(.wrong("the serial line is gone; plug it in and start the board again"))
        } else {
            close(client.descriptor)
        }
    }

    private func receive(from id: Int) {
        guard var client = clients[id] else { return }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = Glibc.read(client.descriptor, &bytes, bytes.count)
        guard count > 0 else {
            if count == 0 || (errno != EAGAIN && errno != EINTR) { drop(id) }
            return
        }
        let now = clock.now
        // Execute commands that were posted before this request came.
        takeLetters()
        carryOut(at: now)
        movePresses(at: now)
        if door.framing == .rtu, client.lastByte.duration(to: now) > Self.longestGap { client.received = [] }
        client.lastByte = now
        client.received += bytes.prefix(count)
        while let frame = ServerFrame(takenFrom: &client.received, framing: door.framing) {
            if !answer(frame, to: id, at: now), door.framing == .rtu { client.received = [] }
        }
        clients[id] = client
        if case .serial(let slave?, _) = door.kind { BoardDoor.endExclusion(of: slave) }
    }

    /// - Returns: whether the request was understood.
    private func answer(_ frame: ServerFrame, to id: Int, at now: Instant) -> Bool {
        guard let unit = units[frame.unit] else { return true }
        guard let answer = server.answer(to: frame, from: unit.mapping, refusal: unit.refusal) else { return false }
        shared.record(frame)
        guard !unit.isSilent else { return true }
        var parts = unit.parts(of: answer, framing: door.framing).map {
            Outgoing(due: now + $0.after, client: id, bytes: $0.bytes, read: nil, madeAt: now)
        }
        let isRefusal = unit.refusal != nil || unit.isGarbling
        if !isRefusal { parts[parts.count - 1].read = frame.read }
        outgoing += parts
        sendDue(at: now)
        return true
    }

    private func sendDue(at now: Instant) {
        let due = outgoing.filter { $0.due <= now }
        guard !due.isEmpty else { return }
        outgoing.removeAll { $0.due <= now }
        for part in due.sorted(by: { $0.due < $1.due }) {
            guard let client = clients[part.client] else { continue }
            guard Glibc.write(client.descriptor, part.bytes, part.bytes.count) == part.bytes.count else {
                drop(part.client)
                continue
            }
            if let read = part.read { presses.wasRead(read, madeAt: part.madeAt) }
        }
    }
}
