// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport
import Testing

@testable import BoothControl

/// Every reply of the agent, held against the description that its clients read.
@Suite("Replies as the interface describes them") struct AnswerTests {
    private let agent: InterfaceText
    private let service: InterfaceText

    init() throws {
        agent = try InterfaceText(AgentInterface.agent)
        service = try InterfaceText(AgentInterface.service)
    }

    private func parameters(of reply: String) throws -> JSONValue { try JSONValue(reply)["parameters"] ?? .null }

    @Test(
        "Every answer to a call is as its method says, with all that can be there and with none of it",
        arguments: AnswerKind.allCases)
    func answers(kind: AnswerKind) throws {
        #expect(kind.samples.allSatisfy { AnswerKind($0) == kind })
        for method in kind.methods {
            let described = try #require(agent.methods[method.rawValue])
            var replies = try kind.samples.map { try parameters(of: VarlinkReply.answer($0)) }
            if method == .followEvents { replies.append(try parameters(of: VarlinkReply.event("{\"n\":1}"))) }
            for reply in replies {
                #expect(agent.problems(of: reply, as: described.reply) == [], "\(method)")
            }
            #expect(agent.unseen(in: replies, of: described.reply) == [], "\(method)")
        }
    }

    @Test("Every method has an answer here")
    func methods() {
        #expect(Set(AnswerKind.allCases.flatMap(\.methods)) == Set(AgentMethod.allCases))
    }

    @Test("Every error is as it is described")
    func errors() throws {
        var names: Set<String> = []
        for case .refused(let error) in AnswerKind.refused.samples {
            let reply = try JSONValue(VarlinkReply.error(error))
            let name = try #require(reply["error"]?.string)
            names.insert(name)
            let (interface, text) =
                name.hasPrefix(AgentInterface.name)
                ? (AgentInterface.name, agent) : (AgentInterface.serviceName, service)
            let described = try #require(text.errors[String(name.dropFirst(interface.count + 1))], "\(name)")
            #expect(text.problems(of: reply["parameters"] ?? .null, as: described) == [], "\(name)")
        }
        #expect(names == Set(ErrorName.allCases.map(\.rawValue)))
    }

    @Test("What the service says of itself is as it is described")
    func information() throws {
        let information = try #require(service.methods["GetInfo"])
        let reply = try parameters(of: VarlinkReply.serviceInfo(version: "1"))
        #expect(service.problems(of: reply, as: information.reply) == [])
        let description = try #require(service.methods["GetInterfaceDescription"])
        let text = try parameters(of: VarlinkReply.description(of: AgentInterface.name))
        #expect(service.problems(of: text, as: description.reply) == [])
    }

    @Test(
        "A reply that is not as described is found",
        arguments: [
            (#""open":1"#, #""open":1,"opened":1"#, "$.opened: is not described"),
            (#""open":1,"#, "", "$.open: null is no int"),
            (#""open":1"#, #""open":"1""#, #"$.open: string("1") is no int"#),
            (#""untested":true,"value":1"#, #""untested":1,"value":1"#, "$.points[0].untested: integer(1) is no bool"),
            (#""limit":2"#, #""limit":2.5"#, "$.storage.limit: number(2.5) is no int"),
        ])
    func planted(right: String, wrong: String, problem: String) throws {
        let status = try #require(agent.methods[AgentMethod.getStatus.rawValue])
        let reply = VarlinkReply.answer(AnswerKind.status.samples[0])
        let planted = try parameters(of: reply.replacing(right, with: wrong, maxReplacements: 1))
        #expect(agent.problems(of: planted, as: status.reply) == [problem])
    }
}
