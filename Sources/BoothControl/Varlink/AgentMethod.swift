// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The methods of the agent's interface by their wire names; the interface's description has each.
enum AgentMethod: String, CaseIterable {
    case getStatus = "GetStatus"
    case listPoints = "ListPoints"
    case listIncidents = "ListIncidents"
    case getQueue = "GetQueue"
    case followEvents = "FollowEvents"
    case lendBus = "LendBus"
    case readModbus = "ReadModbus"
    case getReport = "GetReport"
    case verify = "Verify"
    case acknowledge = "Acknowledge"
    case close = "Close"
    case arm = "Arm"
    case disarm = "Disarm"
    case retry = "Retry"
    case test = "Test"

    /// With its interface: `cn.boothd.Agent.GetStatus`.
    var fullName: String { "\(AgentInterface.name).\(rawValue)" }

    /// - Parameter fullName: with its interface.
    init?(fullName: String) {
        guard fullName.hasPrefix("\(AgentInterface.name).") else { return nil }
        self.init(rawValue: String(fullName.dropFirst(AgentInterface.name.utf8.count + 1)))
    }
}

extension ControlCall {
    var method: AgentMethod {
        switch self {
        case .status: .getStatus
        case .points: .listPoints
        case .incidents: .listIncidents
        case .queue: .getQueue
        case .events: .followEvents
        case .lendBus: .lendBus
        case .readModbus: .readModbus
        case .test: .test
        case .report: .getReport
        case .verify: .verify
        case .act(.acknowledge): .acknowledge
        case .act(.close): .close
        case .act(.arm): .arm
        case .act(.disarm): .disarm
        case .act(.retry): .retry
        }
    }
}
