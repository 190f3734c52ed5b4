// SPDX-License-Identifier: Apache-2.0

/// How a client connects: the same for all its requests.
package struct HTTPSettings: Sendable {
    /// `NAME/VERSION`, the User-Agent of every request.
    package var userAgent: String
    /// A PEM file of the authorities that are trusted; nil: the system's.
    package var authority: String?
    /// PEM files that show who the client is; nil: it shows nothing. Read again for each connection.
    package var certificate: String?
    package var key: String?
    /// For a whole answer, from the first look for the server's address to the last byte.
    package var timeout: Duration
    /// How long a server may be without a byte, after the request; whole seconds.
    package var silence: Duration
    /// Bytes of an answer's body; more is an error.
    package var bodyLimit: Int

    package init(
        userAgent: String, authority: String? = nil, certificate: String? = nil, key: String? = nil,
        timeout: Duration = .seconds(15), silence: Duration = .seconds(60), bodyLimit: Int = 1 << 20
    ) {
        self.userAgent = userAgent
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.timeout = timeout
        self.silence = silence
        self.bodyLimit = bodyLimit
    }
}
