// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The names of errors in replies: those of every Varlink service, and the agent's own.
enum ErrorName: String, CaseIterable {
    case methodNotFound = "org.varlink.service.MethodNotFound"
    case invalidParameter = "org.varlink.service.InvalidParameter"
    case interfaceNotFound = "org.varlink.service.InterfaceNotFound"
    case methodNotImplemented = "org.varlink.service.MethodNotImplemented"
    case permissionDenied = "org.varlink.service.PermissionDenied"
    case noSuchIncident = "cn.boothd.Agent.NoSuchIncident"
    case incidentClosed = "cn.boothd.Agent.IncidentClosed"
    case noSuchEvent = "cn.boothd.Agent.NoSuchEvent"
    case noSuchPoint = "cn.boothd.Agent.NoSuchPoint"
    case unavailable = "cn.boothd.Agent.Unavailable"
    case tooManyClients = "cn.boothd.Agent.TooManyClients"
    case readFailed = "cn.boothd.Agent.ReadFailed"
}

// How an error is named in a reply.
extension ControlError {
    /// The error's name in a reply.
    package var name: String { kind.rawValue }

    private var kind: ErrorName {
        switch self {
        case .methodNotFound: .methodNotFound
        case .invalidParameter: .invalidParameter
        case .interfaceNotFound: .interfaceNotFound
        case .methodNotImplemented: .methodNotImplemented
        case .permissionDenied: .permissionDenied
        case .noSuchIncident: .noSuchIncident
        case .incidentClosed: .incidentClosed
        case .noSuchEvent: .noSuchEvent
        case .noSuchPoint: .noSuchPoint
        case .unavailable: .unavailable
        case .tooManyClients: .tooManyClients
        case .readFailed: .readFailed
        }
    }

    /// Its parameters, by name.
    package var parameters: [String: String] {
        switch self {
        case .methodNotFound(let method), .methodNotImplemented(let method): ["method": method]
        case .invalidParameter(let parameter): ["parameter": parameter]
        case .interfaceNotFound(let interface): ["interface": interface]
        case .permissionDenied: [:]
        case .noSuchEvent(let id): ["id": id.description]
        case .noSuchPoint(let point): ["point": point]
        case .noSuchIncident(let id), .incidentClosed(let id): ["incident": id.description]
        case .unavailable(let reason), .tooManyClients(let reason): ["reason": reason.en, "reason_zh": reason.zh]
        case .readFailed(let failure):
            ["code": failure.code, "reason": failure.message.en, "reason_zh": failure.message.zh]
        }
    }

    /// The error with this name; nil if the name is not known.
    package init?(name: String, parameters: [String: String]) {
        guard let name = ErrorName(rawValue: name) else { return nil }
        switch name {
        case .methodNotFound: self = .methodNotFound(parameters["method"] ?? "")
        case .invalidParameter: self = .invalidParameter(parameters["parameter"] ?? "")
        case .interfaceNotFound: self = .interfaceNotFound(parameters["interface"] ?? "")
        case .methodNotImplemented: self = .methodNotImplemented(parameters["method"] ?? "")
        case .permissionDenied: self = .permissionDenied
        case .noSuchIncident:
            guard let id = EventID(parameters["incident"] ?? "") else { return nil }
            self = .noSuchIncident(id)
        case .incidentClosed:
            guard let id = EventID(parameters["incident"] ?? "") else { return nil }
            self = .incidentClosed(id)
        case .noSuchEvent:
            guard let id = EventID(parameters["id"] ?? "") else { return nil }
            self = .noSuchEvent(id)
        case .noSuchPoint: self = .noSuchPoint(parameters["point"] ?? "")
        case .unavailable:
            self = .unavailable(Self.reason(of: parameters))
        case .tooManyClients:
            self = .tooManyClients(Self.reason(of: parameters))
        case .readFailed:
            let failure = ReadFailure(code: parameters["code"] ?? "", reason: Self.reason(of: parameters))
            self = .readFailed(failure ?? .lost(Self.reason(of: parameters)))
        }
    }

    private static func reason(of parameters: [String: String]) -> Message {
        let reason = parameters["reason"] ?? ""
        return Message(zh: parameters["reason_zh"] ?? reason, en: reason)
    }
}
