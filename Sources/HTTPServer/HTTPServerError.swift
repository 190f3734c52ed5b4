// SPDX-License-Identifier: Apache-2.0
import CMicrohttpd
import Glibc

/// A server that cannot start: which step, on what, and why.
package struct HTTPServerError: Error, Equatable, CustomStringConvertible {
    /// What was being done; spelt so that the subject can follow.
    package enum Step: String, Sendable {
        case parseAddress = "address"
        case listen = "listen on"
        case readFile = "read"
        case useCertificate = "use certificate"
        case trust = "trust"
        case start = "start on"
    }

    package let step: Step
    /// The address or the file.
    package let subject: String
    package let reason: String

    package init(_ step: Step, _ subject: String, reason: String) {
        self.step = step
        self.subject = subject
        self.reason = reason
    }

    init(_ step: Step, _ subject: String, errno code: CInt) {
        self.init(step, subject, reason: String(cString: strerror(code)))
    }

    init(_ step: Step, _ subject: String, gnutls code: CInt) {
        self.init(step, subject, reason: gnutls_strerror(code).map { String(cString: $0) } ?? "code \(code)")
    }

    /// Whether a file that was named is at fault, rather than the address.
    package var isAboutFile: Bool { [.readFile, .useCertificate, .trust].contains(step) }

    package var description: String { "\(step.rawValue) \(subject): \(reason)" }
}
