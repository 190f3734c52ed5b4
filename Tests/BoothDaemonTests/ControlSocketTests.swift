// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import FoundationEssentials
import Glibc
import Rehearsal
import Testing

@Suite("The control socket")
struct ControlSocketTests {
    @Test("speaks Varlink to whoever sends its bytes")
    func varlink() throws {
        let booth = try BoothUnderTest()
        try booth.startAgent()
        let client = try RawVarlink(path: booth.socket)
        let info = try client.call(#"{"method":"org.varlink.service.GetInfo"}"#)
        #expect(info.contains(#""interfaces":["#) && info.contains(#""cn.boothd.Agent""#), "\(info)")
        let description = try client.call(
            #"{"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"cn.boothd.Agent"}}"#)
        #expect(description.contains("interface cn.boothd.Agent") && description.contains("method GetStatus()"))
        let unknown = try client.call(#"{"method":"cn.boothd.Agent.Dance"}"#)
        #expect(unknown.contains(#""error":"org.varlink.service.MethodNotFound""#), "\(unknown)")
        let status = try client.call(#"{"method":"cn.boothd.Agent.GetStatus","parameters":{}}"#)
        #expect(status.contains(#""booth":"B0001""#) && status.contains(#""in_service":true"#))

        var file = stat()
        #expect(stat(booth.socket, &file) == 0)
        #expect(file.st_mode & S_IFMT == S_IFSOCK && file.st_mode & 0o777 == 0o660)
    }

    @Test("a message that is no JSON ends its connection, and nobody else's")
    func nonsense() throws {
        let booth = try BoothUnderTest()
        try booth.startAgent()
        let other = try RawVarlink(path: booth.socket)
        let wrong = try RawVarlink(path: booth.socket)
        #expect(try wrong.call("presto") == "")
        #expect(try other.call(#"{"method":"org.varlink.service.GetInfo"}"#).contains("parameters"))
    }

    @Test("events --follow shows a press made after it began, and ends well on SIGINT")
    func follow() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startAgent()
        // The agent tells of the absent platform only in status; the first press makes sure that following has begun.
        let control = try booth.startControl(["events", "--follow"])
        try booth.tell("press help-1")
        try control.line(on: .output, within: BoothUnderTest.patience) { $0.contains("help-1") }
        try control.line(on: .output, within: BoothUnderTest.patience) { $0.contains("help-1") }
        try booth.tell("press help-1")
        try control.line(on: .output, within: BoothUnderTest.patience) { $0.contains("help-1") }
        #expect(try control.stop(with: SIGINT, within: BoothUnderTest.patience) == .exited(0))
        #expect(!control.lines.contains { $0.stream == .error })
    }

    @Test("64 followers of events do not lock boothctl out")
    func followers() throws {
        let booth = try BoothUnderTest()
        try booth.startAgent()
        let followers = try (0..<64).map { _ in try RawVarlink(path: booth.socket) }
        let answers = try followers.map { try $0.call(#"{"method":"cn.boothd.Agent.FollowEvents","more":true}"#) }
        #expect(answers.count { $0.contains("cn.boothd.Agent.TooManyClients") } == 16)
        for verb in ["points", "incidents", "queue", "events"] {
            #expect(try booth.control(verb).status == .exited(0), "\(verb)")
        }
        let refused = try booth.control("events", "--follow")
        #expect(
            refused.status == .exited(1)
                && refused.errors == [
                    "boothctl: events have 48 followers already: end one of them"
                ], "\(refused)")
    }

    @Test("without an agent boothctl says so and exits 3, and after one was there as well")
    func notRunning() throws {
        let booth = try BoothUnderTest()
        for _ in 0..<2 {
            for verb in ["status", "points", "incidents", "queue", "events"] {
                let answer = try booth.control(verb)
                #expect(answer.status == .exited(3) && answer.output.isEmpty, "\(verb): \(answer)")
                #expect(answer.errors.count == 1 && answer.errors[0].contains("boothd is not running"))
            }
            try booth.startAgent()
            try booth.stopAgent(with: SIGKILL)
        }
    }
}

/// A connection that sends and shows bytes.
private final class RawVarlink {
    private let socket: CInt

    init(path: String) throws {
        socket = try UnixSocket.make()
        try UnixSocket.connect(socket, to: path)
    }

    deinit { close(socket) }

    /// Sends a message and its NUL.
    ///
    /// - Returns: the answer without its NUL; empty when the agent ended the connection.
    func call(_ message: String) throws -> String {
        let bytes = Array(message.utf8) + [0]
        guard send(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else { throw SystemError("send") }
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while answer.last != 0 {
            var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 30_000) > 0 else { throw RehearsalError("no answer to \(message)") }
            let count = recv(socket, &piece, piece.count, 0)
            guard count > 0 else { return "" }
            answer += piece[..<count]
        }
        return String(decoding: answer.dropLast(), as: UTF8.self)
    }
}
