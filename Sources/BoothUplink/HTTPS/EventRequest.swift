// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import HTTP

/// The requests that carry events (docs/api/openapi.yaml: `POST {url}/v1/events`).
package enum EventRequest {
    /// One event, in CloudEvents' structured mode.
    package static func single(_ id: EventID, body: String, to url: String) -> OutgoingRequest {
        request(url, type: "application/cloudevents+json", key: id.description, Array(body.utf8))
    }

    /// The request for `events`: one event alone, or a JSON array if there are several. Arrays only if the platform
    /// offered `max_batch`.
    ///
    /// - Parameter events: one or more.
    package static func carrying(_ events: [QueuedEvent], to url: String) -> OutgoingRequest {
        if events.count == 1 { return single(events[0].id, body: events[0].body, to: url) }
        let ids = events.map(\.id.description).joined(separator: "\n")
        let key = String(SHA256.hexadecimal(of: Array(ids.utf8)).prefix(32))
        let body = "[" + events.map(\.body).joined(separator: ",") + "]"
        return request(url, type: "application/cloudevents-batch+json", key: key, Array(body.utf8))
    }

    private static func request(_ url: String, type: String, key: String, _ body: [UInt8]) -> OutgoingRequest {
        OutgoingRequest(
            url: url + "/v1/events",
            headers: [("Content-Type", "\(type); charset=UTF-8"), ("Idempotency-Key", "\"\(key)\"")], body: body)
    }
}
