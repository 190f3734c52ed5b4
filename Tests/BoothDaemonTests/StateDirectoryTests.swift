// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import Rehearsal
import Testing

@Suite("The state directory")
struct StateDirectoryTests {
    @Test("a second agent on it ends with 75 and writes nothing")
    func secondAgent() throws {
        let booth = try BoothUnderTest()
        try booth.startAgent()
        let first = try #require(booth.agent)
        // Stopped, the first one writes nothing either, and any change would be the second one's.
        first.send(signal: SIGSTOP)
        // The signal is sent; that every thread stands is what the kernel says next.
        var state: CInt = 0
        try #require(waitpid(first.processID, &state, WUNTRACED) == first.processID)
        defer { first.send(signal: SIGCONT) }
        let before = try contents(of: booth.stateDirectory)
        #expect(before.keys.contains("journal.sqlite"))
        let second = try ChildProcess(
            try BuiltPrograms.path(of: "boothd"),
            [
                "--config", booth.workspace.file("boothd.toml"), "--state-directory", booth.stateDirectory,
                "--control-socket", booth.workspace.file("second"),
            ], environment: BoothUnderTest.plain)
        #expect(try second.wait(within: BoothUnderTest.patience) == .exited(75))
        #expect(second.lines.count == 1 && second.lines[0].text.contains(booth.stateDirectory), "\(second.lines)")
        #expect(try contents(of: booth.stateDirectory) == before)
        #expect(access(booth.workspace.file("second"), F_OK) != 0)
    }

    @Test("its files are for the agent's user alone")
    func modes() throws {
        let booth = try BoothUnderTest()
        try booth.startAgent()
        // The last file that comes; a draft of it lies there for a moment before.
        try booth.wait(until: "the configuration is kept") {
            access("\(booth.stateDirectory)/configuration.toml", F_OK) == 0
        }
        for name in try contents(of: booth.stateDirectory).keys {
            var status = stat()
            #expect(stat("\(booth.stateDirectory)/\(name)", &status) == 0 && status.st_mode & 0o777 == 0o600, "\(name)")
        }
    }

    /// Each file's bytes.
    private func contents(of directory: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            files[name] = try Data(contentsOf: URL(filePath: "\(directory)/\(name)"))
        }
        return files
    }
}
