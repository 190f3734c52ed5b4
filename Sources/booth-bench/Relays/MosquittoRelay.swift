// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal

/// mosquitto with persistence saved after each change, reached with MQTT 3.1.1 at QoS 1. A subscriber with a persistent
/// session is offline while events come, as a platform would be.
final class MosquittoRelay: Relay {
    private let program: String
    private let booth: BenchBooth
    private let folder: String
    private let port: UInt16
    private var process: ChildProcess?
    private var publisher: MQTTStream?
    private var published = 0

    init(program: String, folder: String, in booth: BenchBooth) throws {
        (self.program, self.booth, self.folder) = (program, booth, folder)
        port = try freePort()
        try booth.makeFolder(folder)
    }

    func start(tracer: [String]) throws {
        let file = try booth.write(
            """
            listener \(port) 127.0.0.1
            allow_anonymous true
            persistence true
            persistence_location \(booth.file(folder))/
            autosave_interval 1
            autosave_on_changes true
            max_queued_messages 0
            max_inflight_messages 50
            log_type error
            user root

            """, named: "\(folder).conf")
        let command = tracer + [program, "-c", file]
        process = try ChildProcess(command[0], Array(command.dropFirst()))
        // The events wait for this session.
        let subscriber = try MQTTStream(port: port, client: "platform", isClean: false)
        if !subscriber.isKnown { try subscriber.subscribe(to: "booth") }
        try subscriber.disconnect()
        publisher = try MQTTStream(port: port, client: "booth", isClean: true)
    }

    func publish(_ count: Int) throws {
        guard let publisher else { return }
        for _ in 0..<count {
            published += 1
            try publisher.publish(relayedEvent(published), to: "booth", number: UInt16(published % 60_000 + 1))
            try publisher.waitForAcknowledgement()
        }
    }

    func publishAtOnce(_ count: Int) throws {
        guard let publisher else { return }
        for first in stride(from: 0, to: count, by: 50) {
            let batch = min(50, count - first)
            for _ in 0..<batch {
                published += 1
                try publisher.publish(relayedEvent(published), to: "booth", number: UInt16(published % 60_000 + 1))
            }
            for _ in 0..<batch { try publisher.waitForAcknowledgement() }
        }
    }

    /// The number of events that the session gets, however slowly.
    func count() throws -> Int { try drain(within: .seconds(120)).events }

    func drain(within limit: Duration) throws -> (events: Int, seconds: Double) {
        let subscriber = try MQTTStream(port: port, client: "platform", isClean: false)
        let began = BootTime.now()
        var (events, last) = (0, began)
        // MQTT does not say how many messages wait, so a quiet time means the end.
        while BootTime.now() < began + limit, let number = try subscriber.nextMessage(within: .seconds(2)) {
            try subscriber.acknowledge(number)
            (events, last) = (events + 1, .now())
        }
        try subscriber.disconnect()
        return (events, (last - began) / .seconds(1))
    }

    func kill() throws {
        process?.send(signal: 9)
        try end()
    }

    func stop() throws {
        process?.send(signal: 15)
        try end()
    }

    private func end() throws {
        try process?.wait(within: BenchBooth.patience)
        (process, publisher) = (nil, nil)
    }
}

/// The needed part of MQTT 3.1.1.
private final class MQTTStream {
    private let stream: LoopbackStream
    /// Whether the broker had a session for this client.
    let isKnown: Bool

    init(port: UInt16, client: String, isClean: Bool) throws {
        stream = try LoopbackStream(port: port)
        let flags: UInt8 = isClean ? 2 : 0
        try stream.write(Self.packet(0x10, Self.text("MQTT") + [4, flags, 0, 0] + Self.text(client)))
        let answer = try Self.packet(from: stream)
        guard answer.kind == 0x20, answer.body.count == 2, answer.body[1] == 0 else {
            throw RehearsalError("mosquitto refused the connection")
        }
        isKnown = answer.body[0] & 1 == 1
    }

    func subscribe(to topic: String) throws {
        try stream.write(Self.packet(0x82, [0, 1] + Self.text(topic) + [1]))
        guard try Self.packet(from: stream).kind == 0x90 else { throw RehearsalError("mosquitto took no subscription") }
    }

    func disconnect() throws { try stream.write(Self.packet(0xe0, [])) }

    func publish(_ body: [UInt8], to topic: String, number: UInt16) throws {
        let id = [UInt8(number >> 8), UInt8(number & 0xff)]
        try stream.write(Self.packet(0x32, Self.text(topic) + id + body))
    }

    func waitForAcknowledgement() throws {
        guard try Self.packet(from: stream).kind == 0x40 else { throw RehearsalError("mosquitto acknowledged nothing") }
    }

    /// The packet identifier of the next message; nil if none comes.
    func nextMessage(within limit: Duration) throws -> [UInt8]? {
        stream.patience = limit
        defer { stream.patience = BenchBooth.patience }
        guard let packet = try? Self.packet(from: stream) else { return nil }
        guard packet.kind & 0xf0 == 0x30, packet.body.count > 2 else { throw RehearsalError("no message") }
        let topic = Int(packet.body[0]) << 8 + Int(packet.body[1])
        guard packet.body.count >= topic + 4 else { throw RehearsalError("a message without its number") }
        return Array(packet.body[topic + 2..<topic + 4])
    }

    func acknowledge(_ number: [UInt8]) throws { try stream.write(Self.packet(0x40, number)) }

    private static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xff)] + bytes
    }

    private static func packet(_ kind: UInt8, _ body: [UInt8]) -> [UInt8] {
        var (bytes, rest) = ([kind], body.count)
        repeat {
            bytes.append(UInt8(rest % 128) | (rest >= 128 ? 0x80 : 0))
            rest /= 128
        } while rest > 0
        return bytes + body
    }

    private static func packet(from stream: LoopbackStream) throws -> (kind: UInt8, body: [UInt8]) {
        let kind = try stream.read(1)[0]
        var (length, shift) = (0, 0)
        while shift <= 21 {
            let byte = try stream.read(1)[0]
            length |= Int(byte & 0x7f) << shift
            shift += 7
            if byte < 0x80 { break }
        }
        return (kind, try stream.read(length))
    }
}
