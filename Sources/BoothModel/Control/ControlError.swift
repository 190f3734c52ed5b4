// SPDX-License-Identifier: Apache-2.0

/// An error reply: those that every Varlink service has (varlink.org/Service), and the agent's own.
package enum ControlError: Error, Sendable, Hashable {
    case methodNotFound(String)
    /// The parameter's name.
    case invalidParameter(String)
    case interfaceNotFound(String)
    case methodNotImplemented(String)
    case permissionDenied
    /// No incident of the journal has that id.
    case noSuchIncident(EventID)
    /// An act on an incident that has ended.
    case incidentClosed(EventID)
    /// No target has refused that event.
    case noSuchEvent(EventID)
    /// The configuration has no such point.
    case noSuchPoint(String)
    /// The agent cannot answer now, and why.
    case unavailable(Message)
    /// Too many clients are connected, or follow events, and what to do.
    case tooManyClients(Message)
    /// A unit was asked and gave no values.
    case readFailed(ReadFailure)
}
