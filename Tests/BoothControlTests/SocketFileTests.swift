// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import Glibc
import Testing

@Suite struct SocketFileTests {
    private func mode(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    @Test("makes the folder and the socket for the owner and the group alone")
    func modes() throws {
        let bench = try ControlBench()
        #expect(mode(bench.path) == 0o660)
        #expect(mode(bench.folder + "/run") == 0o750)
    }

    @Test("removes the socket and ends the connections when it stops")
    func stop() throws {
        let bench = try ControlBench()
        let client = try RawClient(bench.path)
        client.call(#"{"method":"cn.boothd.Agent.GetQueue"}"#)
        _ = try client.read()
        bench.server.stop()
        #expect(mode(bench.path) == nil)
        #expect(client.isEnded())
    }

    @Test("replaces the socket of an agent that died")
    func stale() throws {
        let bench = try ControlBench()
        bench.server.stop()
        let dead = try UnixSocket.make()
        try UnixSocket.bind(dead, to: bench.path)
        close(dead)
        let next = try ControlServer(path: bench.path, version: "2", call: ControlBench.script)
        try next.start()
        defer { next.stop() }
        #expect(try ControlClient(path: bench.path).call(.points) == #"{"points":[],"units":[]}"#)
    }

    @Test("leaves the socket of a running agent alone")
    func live() throws {
        let bench = try ControlBench()
        let second = try ControlServer(path: bench.path, version: "2", call: ControlBench.script)
        #expect(throws: SystemError("control socket \(bench.path)", code: EADDRINUSE)) { try second.start() }
        #expect(try ControlClient(path: bench.path).call(.points) == #"{"points":[],"units":[]}"#)
    }

    @Test("does not remove a file that is no socket")
    func foreignFile() throws {
        let bench = try ControlBench()
        bench.server.stop()
        close(open(bench.path, O_CREAT | O_WRONLY, 0o600))
        let next = try ControlServer(path: bench.path, version: "2", call: ControlBench.script)
        #expect(throws: SystemError("control socket \(bench.path)", code: EEXIST)) { try next.start() }
        #expect(mode(bench.path) == 0o600)
    }

    @Test("refuses a path that does not fit a socket's address")
    func longPath() throws {
        let path = "/tmp/" + String(repeating: "x", count: 120)
        let server = try ControlServer(path: path, version: "2", call: ControlBench.script)
        #expect(throws: SystemError("bind or connect \(path)", code: ENAMETOOLONG)) { try server.start() }
    }
}
