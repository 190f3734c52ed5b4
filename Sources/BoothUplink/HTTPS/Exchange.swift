// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

/// A shipment's request under way: on one connection, or on two for a press without an answer.
struct Exchange {
    let shipment: Shipment
    let request: OutgoingRequest
    /// The connections with this request; never empty while it is under way.
    var lines: [Line] = []
    /// Whether the request may still be sent on a second connection; only for presses, and only once.
    var mayGoAgain: Bool

    init(_ shipment: Shipment, to url: String) {
        self.shipment = shipment
        switch shipment.content {
        case .events(let events): request = EventRequest.carrying(events, to: url)
        case .status(let id, let body): request = EventRequest.single(id, body: body, to: url)
        }
        switch shipment.way {
        case .press: mayGoAgain = true
        case .ordinary: mayGoAgain = false
        }
    }

    func place(of connection: HTTPConnection) -> Int? { lines.firstIndex { $0.connection === connection } }
}
