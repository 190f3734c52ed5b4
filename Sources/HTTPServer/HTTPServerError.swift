// SPDX-License-Identifier: Apache-2.0
import CMicrohttpd
import Glibc

/// A server that cannot start: the step, its subject, and the reason.
package struct HTTPServerError: Error, Equatable, CustomStringConvertible {
    /// The step that failed, worded so that the subject can follow.
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

    /// Whether a named file is the cause, and not the address.
    package var isAboutFile: Bool { [.readFile, .useCertificate, .trust].contains(step) }

    package var description: String { "\(step.rawValue) \(subject): \(reason)" }
}
