// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Replies in their wire form, without the NUL (varlink.org/Method-Call).
enum VarlinkReply {
    private struct ServiceInfo: Encodable {
        let vendor = "boothd"
        let product = "boothd"
        let version: String
        let url = "man:boothctl(1)"
        let interfaces = [AgentInterface.serviceName, AgentInterface.name]
    }

    private struct ErrorReply: Encodable {
        let error: String
        let parameters: [String: String]
    }

    static func serviceInfo(version: String) -> String {
        parameters(JSONText.encode(ServiceInfo(version: version)))
    }

    static func description(of interface: String) -> String {
        guard let text = AgentInterface.description(of: interface) else { return error(.interfaceNotFound(interface)) }
        return parameters(JSONText.encode(["description": text]))
    }

    static func error(_ error: ControlError) -> String {
        JSONText.encode(ErrorReply(error: error.name, parameters: error.parameters))
    }

    /// The answer to a call; `lent` and most steps of a test say that more may follow.
    static func answer(_ answer: ControlAnswer) -> String {
        switch answer {
        case .status(let reply): parameters(JSONText.encode(reply))
        case .points(let reply): parameters(JSONText.encode(reply))
        case .incidents(let reply): parameters(JSONText.encode(reply))
        case .queue(let reply): parameters(JSONText.encode(reply))
        case .events(let events): parameters("{\"events\":[" + events.map(\.json).joined(separator: ",") + "]}")
        case .lent: "{\"parameters\":{\"lent\":true},\"continues\":true}"
        case .report(let report): parameters(JSONText.encode(["report": report]))
        case .verified(let reply): parameters(JSONText.encode(reply))
        case .incident(let incident): parameters(JSONText.encode(["incident": incident]))
        case .attendance(let attendance): parameters(JSONText.encode(["attendance": attendance]))
        case .retried(let targets): parameters(JSONText.encode(["targets": targets]))
        case .testing(let step): self.step(step)
        case .values(let values): parameters(JSONText.encode(["values": values]))
        case .refused(let error): self.error(error)
        }
    }

    /// One event of many; the client waits for the next.
    static func event(_ json: String) -> String {
        "{\"parameters\":{\"event\":\(json)},\"continues\":true}"
    }

    /// One step of a walk test; the client waits for the next, unless this is the last.
    static func step(_ step: TestStep) -> String {
        "{\"parameters\":\(JSONText.encode(step))" + (step.stage == .end ? "}" : ",\"continues\":true}")
    }

    private static func parameters(_ json: String) -> String {
        "{\"parameters\":\(json)}"
    }
}
