// SPDX-License-Identifier: Apache-2.0

/// A request that a client sends.
package struct OutgoingRequest: Sendable {
    package var url: String
    /// Name and value of each header besides `Host`, `Accept`, `User-Agent` and `Content-Length`.
    package var headers: [(name: String, value: String)]
    /// Sent with POST; nil makes the request a GET.
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
    /// As sent, with parameters; nil if there is none.
    package var contentType: String?
    /// The value of `Retry-After`, 0...1 h; nil if there is none, or it cannot be read.
    package var retryAfter: Duration?
    package var body: [UInt8]
    /// From when the connection was ready for the request to the last byte of the answer.
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
