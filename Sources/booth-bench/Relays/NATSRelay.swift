// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal

/// nats-server with a JetStream stream in a file that is synced after each message, reached with its text protocol.
final class NATSRelay: Relay {
    private let program: String
    private let booth: BenchBooth
    private let folder: String
    private let port: UInt16
    private var process: ChildProcess?
    private var client: NATSStream?
    private var published = 0

    init(program: String, folder: String, in booth: BenchBooth) throws {
        (self.program, self.booth, self.folder) = (program, booth, folder)
        port = try freePort()
        try booth.makeFolder(folder)
    }

    /// Writes the configuration, which an old nats-server refuses.
    ///
    /// - Returns: its path.
    func configuration() throws -> String {
        try booth.write(
            """
            listen: "127.0.0.1:\(port)"
            jetstream { store_dir: "\(booth.file(folder))", sync_interval: always }

            """, named: "\(folder).conf")
    }

    func start(tracer: [String]) throws {
        let command = tracer + [program, "-c", try configuration()]
        process = try ChildProcess(
            "/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1"] + command)
        let client = try NATSStream(port: port)
        let made = try client.request(
            "$JS.API.STREAM.CREATE.booth",
            #"{"name":"booth","subjects":["booth.events"],"storage":"file","retention":"limits","num_replicas":1}"#)
        // After a restart the stream exists already, which is no error.
        guard made.contains(#""config""#) else { throw RehearsalError("nats-server made no stream: \(made)") }
        self.client = client
    }

    func publish(_ count: Int) throws {
        for _ in 0..<count {
            published += 1
            try client?.publish(relayedEvent(published), to: "booth.events")
            try waitForAcknowledgement()
        }
    }

    func publishAtOnce(_ count: Int) throws {
        for first in stride(from: 0, to: count, by: 50) {
            let batch = min(50, count - first)
            for _ in 0..<batch {
                published += 1
                try client?.publish(relayedEvent(published), to: "booth.events")
            }
            for _ in 0..<batch { try waitForAcknowledgement() }
        }
    }

    private func waitForAcknowledgement() throws {
        guard let answer = try client?.message().body, answer.contains(#""seq""#) else {
            throw RehearsalError("nats-server did not acknowledge")
        }
    }

    func count() throws -> Int {
        let info = try client?.request("$JS.API.STREAM.INFO.booth", "") ?? ""
        guard let range = info.firstRange(of: #""messages":"#),
            let number = Int(info[range.upperBound...].prefix { $0.isNumber })
        else { throw RehearsalError("nats-server says nothing of its stream: \(info)") }
        return number
    }

    func drain(within limit: Duration) throws -> (events: Int, seconds: Double) {
        guard let client else { return (0, 0) }
        let wanted = try count()
        _ = try client.request(
            "$JS.API.CONSUMER.DURABLE.CREATE.booth.platform",
            #"{"stream_name":"booth","config":{"durable_name":"platform","ack_policy":"explicit"}}"#)
        let began = BootTime.now()
        var events = 0
        while events < wanted, BootTime.now() < began + limit {
            let batch = min(50, wanted - events)
            try client.publish(
                Array(#"{"batch":\#(batch)}"#.utf8), to: "$JS.API.CONSUMER.MSG.NEXT.booth.platform")
            for _ in 0..<batch {
                guard let reply = try client.message().reply else {
                    throw RehearsalError("nats-server gave no message")
                }
                try client.publish(Array("+ACK".utf8), to: reply, wantsAnswer: false)
                events += 1
            }
        }
        return (events, (BootTime.now() - began) / .seconds(1))
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
        (process, client) = (nil, nil)
    }
}

/// The needed part of the NATS protocol, with one inbox for all answers.
private final class NATSStream {
    private let stream: LoopbackStream

    init(port: UInt16) throws {
        stream = try LoopbackStream(port: port)
        _ = try stream.line()
        try stream.write("CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true}\r\nSUB inbox 1\r\nPING\r\n")
        while try stream.line() != "PONG" {}
    }

    func publish(_ body: [UInt8], to subject: String, wantsAnswer: Bool = true) throws {
        let head = "PUB \(subject)\(wantsAnswer ? " inbox" : "") \(body.count)\r\n"
        try stream.write(Array(head.utf8) + body + [0x0d, 0x0a])
    }

    func request(_ subject: String, _ body: String) throws -> String {
        try publish(Array(body.utf8), to: subject)
        return try message().body
    }

    /// The next message, and the subject for its acknowledgement.
    func message() throws -> (reply: String?, body: String) {
        while true {
            // MSG subject 1 [reply] bytes. HMSG has the header's length before the total length.
            let words = try stream.line().split(separator: " ").map(String.init)
            switch words.first {
            case "PING": try stream.write("PONG\r\n")
            case "MSG", "HMSG":
                guard let count = words.last.flatMap({ Int($0) }) else { throw RehearsalError("a NATS message") }
                let body = try stream.read(count + 2)
                let hasReply = words.count > (words[0] == "MSG" ? 4 : 5)
                return (hasReply ? words[3] : nil, String(decoding: body.dropLast(2), as: UTF8.self))
            case "-ERR": throw RehearsalError("nats-server: \(words.joined(separator: " "))")
            default: break
            }
        }
    }
}
