// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import HTTP
import Rehearsal

/// A long poll for tasks without an agent, with the same HTTP client and certificates, on a kept-open connection.
final class BarePoll {
    /// The booth for which it asks.
    static let booth = "B9999"

    private let client: HTTPClient
    private let url: String
    private var cursor = "0"
    /// A mailbox that never gets a letter.
    private let never: Mailbox<Bool>

    init(port: UInt16, certificates: Certificates) throws {
        client = try HTTPClient(
            HTTPSettings(
                userAgent: "booth-bench", authority: certificates.path(.authority),
                certificate: certificates.path(.booth), key: certificates.path(.boothKey)))
        url = "https://127.0.0.1:\(port)/v1/tasks?booth=\(Self.booth)&wait=10&after="
        never = try Mailbox()
    }

    /// Sends the request, and waits `span`, so that the platform holds it.
    func ask(for span: Duration) throws {
        try client.begin(OutgoingRequest(url: url + cursor))
        let end = BootTime.now() + span
        while BootTime.now() < end {
            guard client.turn(waitingFor: never.descriptor, milliseconds: end.millisecondsAway()) == nil else {
                throw RehearsalError("the platform did not hold a long poll that it has no task for")
            }
        }
    }

    /// Waits for the answer with one task.
    func waitForTask() throws {
        let end = BootTime.now() + BenchBooth.patience
        while BootTime.now() < end {
            guard let outcome = client.turn(waitingFor: never.descriptor, milliseconds: end.millisecondsAway()) else {
                continue
            }
            let text = String(decoding: try outcome.get().body, as: UTF8.self)
            guard let tail = text.split(separator: "\"cursor\":\"").dropFirst().first else {
                throw RehearsalError("no cursor in \(text)")
            }
            cursor = String(tail.prefix { $0.isNumber })
            return
        }
        throw RehearsalError("no task within \(BenchBooth.patience)")
    }
}
