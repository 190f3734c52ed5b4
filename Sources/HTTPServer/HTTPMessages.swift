// SPDX-License-Identifier: Apache-2.0

/// A name and a value: a header or a query item.
package struct HTTPField: Sendable, Hashable {
    /// A header's name is as sent; upper and lower case are equivalent.
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A received request with its complete body.
package struct HTTPRequest: Sendable {
    /// `GET`, `POST`; as sent.
    package var method: String
    /// The path, percent-decoded, without the query: `/v1/events`.
    package var path: String
    /// The query items in order, percent-decoded; an item without `=` has an empty value.
    package var query: [HTTPField]
    /// The headers in order.
    package var headers: [HTTPField]
    package var body: [UInt8]
    package var client: HTTPClientIdentity

    package init(
        method: String, path: String, query: [HTTPField] = [], headers: [HTTPField] = [], body: [UInt8] = [],
        client: HTTPClientIdentity = .unasked
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.client = client
    }

    /// The first header of that name, in any case; nil if there is none.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// The first query item of exactly that name; nil if there is none.
    package func queryItem(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }
}

/// The client's identity, from its certificate.
package enum HTTPClientIdentity: Sendable, Hashable {
    /// The server asks for no client certificate.
    case unasked
    /// The certificate is valid; its subject's common name, empty if it has none.
    case authenticated(commonName: String)
}

/// An answer, and how to send it. For tests it can be late, slow, incomplete or missing.
package struct HTTPResponse: Sendable {
    /// 200...999; 204 and 304 are sent without a body.
    package var status: Int
    /// Headers besides `Date`, `Content-Length` and `Connection: keep-alive`, which the library writes.
    package var headers: [HTTPField]
    package var body: [UInt8]
    /// The wait before the first byte. If the server stops meanwhile, the connection is dropped.
    package var delay: Duration
    package var delivery: Delivery

    /// How the bytes of the answer are sent.
    package enum Delivery: Sendable, Hashable {
        case whole
        /// The body in pieces of `bytes`, with `interval` before each piece.
        case trickled(bytes: Int, interval: Duration)
        /// The header announces the whole body, but the connection is closed after this many bytes of it.
        case cut(afterBodyBytes: Int)
        /// The connection is closed without sending a byte.
        case none
    }

    package init(
        status: Int, headers: [HTTPField] = [], body: [UInt8] = [], delay: Duration = .zero,
        delivery: Delivery = .whole
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.delay = delay
        self.delivery = delivery
    }

    /// Closes the connection without an answer.
    package static var hangUp: HTTPResponse { HTTPResponse(status: 200, delivery: .none) }
}
