// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Testing

/// Promise: a transport is a folder of its own; what goes when and what an answer leads to knows none of them.
@Suite struct SeamTests {
    /// Where the kind of an endpoint becomes a transport.
    private static let choice = "Transport/Endpoint+Transport.swift"

    @Test("nothing outside a transport's folder knows HTTP or addresses")
    func words() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let root = tests.deletingLastPathComponent().appending(path: "Sources/BoothUplink")
        let files = try FileManager.default.subpathsOfDirectory(atPath: root.path).filter {
            $0.hasSuffix(".swift") && !$0.hasPrefix("HTTPS/") && $0 != Self.choice
        }
        #expect(files.contains("Courier/Courier.swift") && files.contains("Tasks/TaskFetcher.swift"))
        for file in files {
            let text = String(decoding: try Data(contentsOf: root.appending(path: file)), as: UTF8.self)
            for word in ["HTTP", "URL", "url", "statusCode"] { #expect(!text.contains(word), "\(word) in \(file)") }
        }
    }
}
