// SPDX-License-Identifier: Apache-2.0
import BoothModel

// How an error is named in a reply.
extension ControlError {
    /// The error as the reply names it.
    package var name: String {
        switch self {
        case .methodNotFound: "org.varlink.service.MethodNotFound"
        case .invalidParameter: "org.varlink.service.InvalidParameter"
        case .interfaceNotFound: "org.varlink.service.InterfaceNotFound"
        case .methodNotImplemented: "org.varlink.service.MethodNotImplemented"
        case .permissionDenied: "org.varlink.service.PermissionDenied"
        case .noSuchIncident: "cn.boothd.Agent.NoSuchIncident"
        case .incidentClosed: "cn.boothd.Agent.IncidentClosed"
        case .noSuchEvent: "cn.boothd.Agent.NoSuchEvent"
        case .noSuchPoint: "cn.boothd.Agent.NoSuchPoint"
        case .unavailable: "cn.boothd.Agent.Unavailable"
        case .tooManyClients: "cn.boothd.Agent.TooManyClients"
        case .readFailed: "cn.boothd.Agent.ReadFailed"
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

    /// The error that a reply names; nil for one that this side does not know.
    package init?(name: String, parameters: [String: String]) {
        switch name {
        case "org.varlink.service.MethodNotFound": self = .methodNotFound(parameters["method"] ?? "")
        case "org.varlink.service.InvalidParameter": self = .invalidParameter(parameters["parameter"] ?? "")
        case "org.varlink.service.InterfaceNotFound": self = .interfaceNotFound(parameters["interface"] ?? "")
        case "org.varlink.service.MethodNotImplemented": self = .methodNotImplemented(parameters["method"] ?? "")
        case "org.varlink.service.PermissionDenied": self = .permissionDenied
        case "cn.boothd.Agent.NoSuchIncident":
            guard let id = EventID(parameters["incident"] ?? "") else { return nil }
            self = .noSuchIncident(id)
        case "cn.boothd.Agent.IncidentClosed":
            guard let id = EventID(parameters["incident"] ?? "") else { return nil }
            self = .incidentClosed(id)
        case "cn.boothd.Agent.NoSuchEvent":
            guard let id = EventID(parameters["id"] ?? "") else { return nil }
            self = .noSuchEvent(id)
        case "cn.boothd.Agent.NoSuchPoint": self = .noSuchPoint(parameters["point"] ?? "")
        case "cn.boothd.Agent.Unavailable":
            self = .unavailable(Self.reason(of: parameters))
        case "cn.boothd.Agent.TooManyClients":
            self = .tooManyClients(Self.reason(of: parameters))
        case "cn.boothd.Agent.ReadFailed":
            let failure = ReadFailure(code: parameters["code"] ?? "", reason: Self.reason(of: parameters))
            self = .readFailed(failure ?? .lost(Self.reason(of: parameters)))
        default: return nil
        }
    }

    private static func reason(of parameters: [String: String]) -> Message {
        let reason = parameters["reason"] ?? ""
        return Message(zh: parameters["reason_zh"] ?? reason, en: reason)
    }
}
