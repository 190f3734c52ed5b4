// SPDX-License-Identifier: Apache-2.0

/// What a client asks.
package struct OutgoingRequest: Sendable {
    package var url: String
    /// Name and value of each header besides `Host`, `Accept`, `User-Agent` and `Content-Length`.
    package var headers: [(name: String, value: String)]
    /// Sent by POST; nil makes the request a GET.
    package var body: [UInt8]?

    package init(url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil) {
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// A complete answer.
package struct Reply: Sendable {
    package var status: Int
    /// As it was sent, parameters included; nil where there is none.
    package var contentType: String?
    /// What `Retry-After` asks for, 0...1 h; nil where there is none, or none that can be read.
    package var retryAfter: Duration?
    package var body: [UInt8]
    /// From the moment the connection was ready for the request to the last byte of the answer.
    package var roundTrip: Duration

    package init(
        status: Int, contentType: String? = nil, retryAfter: Duration? = nil, body: [UInt8] = [],
        roundTrip: Duration = .zero
    ) {
        self.status = status
        self.contentType = contentType
        self.retryAfter = retryAfter
        self.body = body
        self.roundTrip = roundTrip
    }
}
