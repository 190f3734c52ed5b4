// SPDX-License-Identifier: Apache-2.0

/// A platform that receives events, `[[target]]`.
package struct TargetConfiguration: Sendable, Hashable {
    /// The platform's address, and the certificates of both sides.
    package struct Endpoint: Sendable, Hashable {
        /// Without a trailing slash: `https://host:port/prefix`.
        package var url: String
        /// Absolute paths of PEM files; nil for `http` on a loopback address, and if the configuration has none.
        package var ca: String?
        package var certificate: String?
        package var key: String?

        package init(url: String, ca: String? = nil, certificate: String? = nil, key: String? = nil) {
            self.url = url
            self.ca = ca
            self.certificate = certificate
            self.key = key
        }

        /// The protocol. A URL that the configuration does not accept counts as `http`.
        package var scheme: Scheme { Scheme.allCases.first { url.hasPrefix($0.rawValue + ":") } ?? .http }

        /// Host and port as in the URL, for people.
        package var address: String {
            let afterScheme = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
            let authority = afterScheme.prefix { $0 != "/" }
            // A name and password before the host must not be shown.
            return String(authority.split(separator: "@").last ?? authority)
        }
    }

    /// The kind of an endpoint, by its URL. Code that depends on it uses a `switch`. Then the compiler shows every
    /// place to change when a kind is added.
    package enum Scheme: String, Sendable, Hashable, CaseIterable {
        case https
        /// For a platform at a loopback address.
        case http

        /// Whether both sides prove who they are with certificates.
        package var hasCertificates: Bool {
            switch self {
            case .https: true
            case .http: false
            }
        }
    }

    package var id: TargetID
    /// The classes of incident that go there; not empty.
    package var accepts: Set<IncidentClass>
    /// Whether this is the one target that may send tasks.
    package var hasAuthority: Bool
    /// Whether it is offered incidents that nobody accepted in time.
    package var isBackup: Bool
    package var endpoint: Endpoint
    /// The longest pause after the first failed attempt; it doubles with each.
    package var retryFirst: Duration = .seconds(1)
    /// The longest pause after any number of failed attempts.
    package var retryMost: Duration = .seconds(60)
    /// The longest wait for a whole answer.
    package var timeout: Duration = .seconds(15)
    /// How long after a 202 the receipts may take.
    package var receiptWait: Duration = .seconds(60)
    /// The interval of the status events.
    package var heartbeat: Duration = .seconds(60)
    /// Most events a second while draining; 0: no limit.
    package var rate: Double = 0

    package init(
        id: TargetID, accepts: Set<IncidentClass>, hasAuthority: Bool = false, isBackup: Bool = false,
        endpoint: Endpoint
    ) {
        self.id = id
        self.accepts = accepts
        self.hasAuthority = hasAuthority
        self.isBackup = isBackup
        self.endpoint = endpoint
    }
}
