// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothCommands

@Suite struct InvocationTests {
    @Test(
        "takes options before and after the verb, with a space or an equals sign",
        arguments: [
            ["--socket", "/s", "--json", "incidents", "x", "--all"],
            ["incidents", "--all", "x", "--socket=/s", "--json"],
            ["--json", "--all", "incidents", "--socket=/s", "--", "x"],
        ])
    func options(arguments: [String]) throws {
        let read = try Invocation(arguments)
        #expect(read.verb == .incidents)
        #expect(read.operand == "x")
        #expect(read.socket == "/s")
        #expect(read.json)
        #expect(read.all)
        #expect(read.language == nil)
    }

    @Test(
        "refuses what makes no sense, with what would",
        arguments: [
            (["stauts"], "stauts is not known; did you mean status?"),
            (["sing"], "sing is not known; see boothctl help"),
            (["points", "--jsno"], "--jsno is not known; did you mean --json?"),
            (["points", "--json=1"], "--json takes no value"),
            (["points", "--socket"], "--socket needs a value"),
            (["points", "--socket="], "--socket needs a value"),
            (["points", "--lang", "fr"], "--lang fr: zh or en is expected"),
            (["points", "x"], "x is one word too many after points"),
            (["incidents", "x", "y"], "y is one word too many after incidents"),
            (["points", "--all"], "--all belongs to incidents, retry and modbus, not to points"),
            (["check", "--config", "a.toml"], "check takes the file by itself: boothctl check a.toml"),
            (["status", "--config", "a.toml"], "--config belongs to doctor, gpio and modbus, not to status"),
            (["queue", "--follow"], "--follow belongs to events, not to queue"),
            (["--json"], "no verb given; see boothctl help"),
            (["ack", "x", "--outcome", "y"], "--outcome belongs to close, not to ack"),
            (["arm", "--until", "17:00"], "--until belongs to disarm, not to arm"),
            (["test", "help-1"], "help-1 is one word too many after test"),
            ([], "no verb given; see boothctl help"),
        ] as [([String], String)])
    func usage(arguments: [String], expected: String) {
        do throws(Invocation.UsageError) {
            _ = try Invocation(arguments)
            Issue.record("accepted")
        } catch {
            #expect(error.message.en == expected)
        }
    }
}
