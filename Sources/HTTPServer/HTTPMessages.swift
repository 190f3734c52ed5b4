// SPDX-License-Identifier: Apache-2.0

/// A name and its value: a header, or one item of a query.
package struct HTTPField: Sendable, Hashable {
    /// In a header, as it was sent; upper and lower case mean the same.
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A request as it was received, its body complete.
package struct HTTPRequest: Sendable {
    /// `GET`, `POST`; upper case as it was sent.
    package var method: String
    /// The path, percent-decoded, without the query: `/v1/events`.
    package var path: String
    /// The items of the query in their order, percent-decoded; an item without `=` has an empty value.
    package var query: [HTTPField]
    /// The headers in their order.
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

    /// The first header of that name, in whatever case; nil where there is none.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// The first item of the query of exactly that name; nil where there is none.
    package func queryItem(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }
}

/// Who the client is, by its certificate.
package enum HTTPClientIdentity: Sendable, Hashable {
    /// The server asks for no client certificate.
    case unasked
    /// The certificate verifies; its subject's common name, empty where it has none.
    case authenticated(commonName: String)
}

/// What is answered, and how: a server for tests can be made to answer late, slowly, in part, or not at all.
package struct HTTPResponse: Sendable {
    /// 200...999; for 204 and 304 the body is left out.
    package var status: Int
    /// Headers besides `Date`, `Content-Length` and `Connection: keep-alive`, which the library writes.
    package var headers: [HTTPField]
    package var body: [UInt8]
    /// Waits so long before the first byte; ended early by the server's stop, which drops the connection.
    package var delay: Duration
    package var delivery: Delivery

    /// How the bytes of the answer leave.
    package enum Delivery: Sendable, Hashable {
        case whole
        /// The body in pieces of `bytes`, `interval` before each.
        case trickled(bytes: Int, interval: Duration)
        /// The header promises the whole body; after so many bytes of it the connection is closed.
        case cut(afterBodyBytes: Int)
        /// The connection is closed without a byte.
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
