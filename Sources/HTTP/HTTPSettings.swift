// SPDX-License-Identifier: Apache-2.0

/// Connection settings of a client, the same for all its requests.
package struct HTTPSettings: Sendable {
    /// `NAME/VERSION`, the User-Agent of every request.
    package var userAgent: String
    /// A PEM file of trusted authorities; nil: the system's.
    package var authority: String?
    /// PEM files of the client's certificate and key; nil: none. Read again for each connection.
    package var certificate: String?
    package var key: String?
    /// For the whole exchange, from resolving the host name to the last byte.
    package var timeout: Duration
    /// How long the server may send nothing after the request; whole seconds.
    package var silence: Duration
    /// The most bytes of an answer's body; more is an error.
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
