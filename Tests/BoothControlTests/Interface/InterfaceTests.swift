// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothControl

/// The interface's description is text: what it names is held against what the code knows.
@Suite("The interface's description") struct InterfaceTests {
    /// The words that follow `keyword` at the beginning of a line.
    private static func names(after keyword: String, of text: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix(keyword + " ") }.map { line in
            String(line.dropFirst(keyword.count + 1).prefix { $0.isLetter })
        }
    }

    @Test("has every method of the agent, and no other")
    func methods() {
        let described = Self.names(after: "method", of: AgentInterface.agent)
        #expect(described.sorted() == AgentMethod.allCases.map(\.rawValue).sorted())
    }

    @Test("has every error of the agent's own, and no other")
    func errors() {
        let described = Self.names(after: "error", of: AgentInterface.agent).map { "\(AgentInterface.name).\($0)" }
        let own = ErrorName.allCases.map(\.rawValue).filter { $0.hasPrefix("\(AgentInterface.name).") }
        #expect(described.sorted() == own.sorted())
    }
}
