// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials

/// One call as a client sent it (varlink.org/Method-Call).
struct VarlinkCall: Sendable {
    /// With its interface: `cn.boothd.Agent.GetStatus`.
    let method: String
    /// The client expects replies until one without `continues`.
    let more: Bool
    /// The client wants no reply.
    let oneway: Bool
    /// The decoded call; a `ControlError` if the method is unknown or its parameters are wrong.
    let request: Result<Request, ControlError>

    enum Request: Sendable {
        case serviceInfo
        case interfaceDescription(of: String)
        case agent(ControlCall)
    }

    /// - Returns: nil if the bytes are not a JSON object with a method; the connection has to end.
    init?(_ message: ArraySlice<UInt8>) {
        guard let decoded = try? JSONDecoder().decode(Envelope.self, from: Data(message)) else { return nil }
        method = decoded.method
        more = decoded.more
        oneway = decoded.oneway
        request = decoded.request
    }
}

/// Decodes only the parameters that the method knows, because a client may send a megabyte of anything.
private struct Envelope: Decodable {
    let method: String
    let more: Bool
    let oneway: Bool
    let request: Result<VarlinkCall.Request, ControlError>

    init(from decoder: any Decoder) throws {
        let call = try decoder.container(keyedBy: ParameterName.self)
        method = try call.decode(String.self, forKey: "method")
        more = try call.decodeIfPresent(Bool.self, forKey: "more") ?? false
        oneway = try call.decodeIfPresent(Bool.self, forKey: "oneway") ?? false
        let (method, more, oneway) = (method, more, oneway)
        request = Result { () throws(ControlError) in
            try Self.request(method, CallParameters(of: call), takesMore: more && !oneway)
        }
    }

    private static func request(
        _ method: String, _ parameters: CallParameters, takesMore: Bool
    ) throws(ControlError) -> VarlinkCall.Request {
        switch method {
        case "org.varlink.service.GetInfo":
            try parameters.allow([])
            return .serviceInfo
        case "org.varlink.service.GetInterfaceDescription":
            try parameters.allow(["interface"])
            guard let interface = try parameters.string("interface") else {
                throw .invalidParameter("interface")
            }
            return .interfaceDescription(of: interface)
        default:
            guard let known = AgentMethod(fullName: method) else { throw .methodNotFound(method) }
            return .agent(try agentCall(known, parameters, takesMore: takesMore))
        }
    }

    private static func agentCall(
        _ method: AgentMethod, _ parameters: CallParameters, takesMore: Bool
    ) throws(ControlError) -> ControlCall {
        switch method {
        case .getStatus: return try parameters.allow([], .status)
        case .listPoints: return try parameters.allow([], .points)
        case .getQueue: return try parameters.allow([], .queue)
        case .followEvents: return try parameters.allow([], .events)
        case .listIncidents:
            try parameters.allow(["incident", "all"])
            var id: EventID?
            if let text = try parameters.string("incident") {
                guard let named = EventID(text) else { throw .invalidParameter("incident") }
                id = named
            }
            return .incidents(id, all: try parameters.bool("all") ?? false)
        case .lendBus:
            try parameters.allow(["bus", "line"])
            // The bus is lent as long as replies may follow.
            guard takesMore else { throw .invalidParameter("more") }
            return .lendBus(try parameters.required("bus"), line: try parameters.string("line").map(BusLine.init))
        case .readModbus: return .readModbus(try modbusRead(parameters))
        case .getReport:
            try parameters.allow(["period", "date"])
            guard let kind = ReportPeriod.Kind(rawValue: try parameters.required("period")) else {
                throw .invalidParameter("period")
            }
            return .report(kind, on: try parameters.date("date"))
        case .verify:
            try parameters.allow(["full"])
            return .verify(full: try parameters.bool("full") ?? false)
        case .test:
            try parameters.allow(["point"])
            guard takesMore else { throw .invalidParameter("more") }
            return .test(try parameters.string("point").map(PointID.init))
        case .acknowledge:
            try parameters.allow(["incident"])
            return .act(.acknowledge(try parameters.requiredEvent("incident")))
        case .close:
            try parameters.allow(["incident", "outcome"])
            let outcome = try parameters.required("outcome")
            guard Act.isOutcome(outcome) else { throw .invalidParameter("outcome") }
            return .act(.close(try parameters.requiredEvent("incident"), outcome: outcome))
        case .arm: return try parameters.allow([], .act(.arm))
        case .disarm:
            try parameters.allow(["until"])
            return .act(.disarm(until: try parameters.time("until")))
        case .retry: return .act(.retry(try retried(parameters)))
        }
    }
}

extension Envelope {
    /// The event to retry; nil if `all` is true. Exactly one of the two must be given.
    private static func retried(_ parameters: CallParameters) throws(ControlError) -> EventID? {
        try parameters.allow(["id", "all"])
        let id = try parameters.event("id")
        let all = try parameters.bool("all") ?? false
        guard (id != nil) != all else { throw .invalidParameter(id == nil ? "id" : "all") }
        return id
    }

    private static func modbusRead(_ parameters: CallParameters) throws(ControlError) -> ModbusRead {
        try parameters.allow(["bus", "unit", "table", "address", "count", "line"])
        guard let table = ModbusTable(rawValue: try parameters.required("table")) else {
            throw .invalidParameter("table")
        }
        let bus = try parameters.required("bus")
        let unit = try parameters.number("unit", in: 0...255)
        let address = try parameters.number("address", in: 0...65_535)
        let count = try parameters.number("count", in: 1...table.mostInOneRead, default: 1)
        guard var read = ModbusRead(bus: bus, unit: unit, table: table, address: address, count: count) else {
            throw .invalidParameter("count")
        }
        read.line = try parameters.string("line").map(BusLine.init)
        return read
    }
}
