// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Testing

@Suite struct VerifyTests {
    @Test("the answer to verify has every key, null where there is no value")
    func keys() throws {
        let head = ChainHead(head: String(repeating: "a", count: 64), events: 2)
        let reply = VerifyReply(
            full: false, oldest: .init(event: 1, time: "2026-11-21T08:15:30.120+08:00"),
            newest: .init(event: 2, time: "2026-11-21T08:15:31.120+08:00"), checked: 2, head: head, reports: 0,
            reported: nil)
        let bench = try ControlBench { call, replier in
            if case .verify = call { replier.answer(.verified(reply)) }
        }
        let text = try ControlClient(path: bench.path).call(.verify(full: false))
        #expect(
            text == """
                {"at":null,"checked":2,"full":false,"head":{"events":2,"head":"\(head.head)"},"intact":true,\
                "newest":{"event":2,"time":"2026-11-21T08:15:31.120+08:00"},\
                "oldest":{"event":1,"time":"2026-11-21T08:15:30.120+08:00"},"problem":null,"reported":null,"reports":0}
                """)
        #expect(try ControlClient.decode(VerifyReply.self, from: text) == reply)
    }

    @Test("the storage of an agent that says nothing of its history is read all the same")
    func olderStorage() throws {
        let storage = try ControlClient.decode(
            StatusReply.Storage.self, from: #"{"state":"ok","bytes":1,"limit":2}"#)
        #expect(storage == StatusReply.Storage(state: .ok, bytes: 1, limit: 2))
    }

    @Test("everybody who can open the socket may ask for it")
    func authority() {
        #expect(!ControlCall.verify(full: true).needsAuthority)
    }
}
