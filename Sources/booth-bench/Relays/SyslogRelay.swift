// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import HTTPServer
import Rehearsal
import Synchronization

/// syslog-ng with a reliable disk buffer before an HTTP destination, which refuses events until `drain`. syslog gives
/// the sender no acknowledgement, so the next event is sent when the size of the buffer files has changed.
final class SyslogRelay: Relay {
    private let program: String
    private let booth: BenchBooth
    private let folder: String
    private let port: UInt16
    private let platform: HTTPServer
    private let receiver: Receiver
    private var process: ChildProcess?
    private var sender: LoopbackStream?
    private var published = 0

    /// The HTTP receiver, and what it has received.
    private final class Receiver: Sendable {
        let isOpen = Atomic(false)
        let events = Atomic(0)
    }

    init(program: String, folder: String, in booth: BenchBooth) throws {
        (self.program, self.booth, self.folder) = (program, booth, folder)
        port = try freePort()
        try booth.makeFolder(folder)
        let receiver = Receiver()
        platform = try HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0)) { request in
            guard receiver.isOpen.load(ordering: .relaxed) else { return HTTPResponse(status: 503) }
            receiver.events.wrappingAdd(request.body.count { $0 == 0x0a }, ordering: .relaxed)
            return HTTPResponse(status: 200)
        }
        self.receiver = receiver
    }

    func start(tracer: [String]) throws {
        let files = booth.file(folder)
        let file = try booth.write(
            """
            @version: current
            options { stats-freq(0); };
            source booth { network(ip("127.0.0.1") port(\(port)) transport("tcp") flags(no-parse) max-connections(10)); };
            destination platform {
                http(url("http://127.0.0.1:\(platform.port)/v1/events") method("POST") body("${MSG}") workers(1)
                    delimiter("\\n") body-suffix("\\n") batch-lines(50) batch-timeout(10) time-reopen(1) retries(1000000)
                    disk-buffer(reliable(yes) disk-buf-size(268435456) mem-buf-size(163840) dir("\(files)")));
            };
            log { source(booth); destination(platform); flags(flow-control); };

            """, named: "\(folder).conf")
        let command =
            tracer + [
                program, "-F", "--no-caps", "-f", file, "-R", "\(files)/persist", "-c", "\(files)/control",
                "-p", "\(files)/pid",
            ]
        process = try ChildProcess(
            "/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1"] + command)
        sender = try LoopbackStream(port: port)
    }

    func publish(_ count: Int) throws {
        for _ in 0..<count {
            let before = bufferedBytes()
            try send()
            let deadline = BootTime.now() + BenchBooth.patience
            while bufferedBytes() == before {
                guard BootTime.now() < deadline else { throw RehearsalError("syslog-ng buffered nothing") }
                poll(nil, 0, 1)
            }
        }
    }

    func publishAtOnce(_ count: Int) throws {
        for _ in 0..<count { try send() }
        // Nothing tells when everything is buffered, so wait.
        poll(nil, 0, 2000)
    }

    private func send() throws {
        published += 1
        try sender?.write(relayedEvent(published) + [0x0a])
    }

    /// The total size of the buffer files.
    private func bufferedBytes() -> Int64 {
        guard let directory = opendir(booth.file(folder)) else { return 0 }
        defer { closedir(directory) }
        var sum: Int64 = 0
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var status = stat()
            guard name.hasSuffix(".rqf"), stat("\(booth.file(folder))/\(name)", &status) == 0 else { continue }
            sum += Int64(status.st_size)
        }
        return sum
    }

    /// The number of events that the receiver gets after this start.
    func count() throws -> Int { try drain(within: .seconds(60)).events }

    func drain(within limit: Duration) throws -> (events: Int, seconds: Double) {
        let before = receiver.events.load(ordering: .relaxed)
        receiver.isOpen.store(true, ordering: .relaxed)
        defer { receiver.isOpen.store(false, ordering: .relaxed) }
        var (first, last) = (BootTime?.none, BootTime.now())
        var seen = before
        let began = BootTime.now()
        // Three quiet seconds mean the end, because it tries again after one second.
        while BootTime.now() < began + limit, BootTime.now() < last + .seconds(3) {
            poll(nil, 0, 1)
            let now = receiver.events.load(ordering: .relaxed)
            guard now > seen else { continue }
            (seen, last) = (now, .now())
            if first == nil { first = last }
        }
        return (seen - before, (last - (first ?? last)) / .seconds(1))
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
        (process, sender) = (nil, nil)
    }
}
