// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension Act {
    /// - Parameter method: without its interface.
    /// - Returns: nil for a method that is no act.
    init?(method: Substring, _ parameters: CallParameters) throws(ControlError) {
        switch method {
        case "Acknowledge":
            try parameters.allow(["incident"])
            self = .acknowledge(try parameters.requiredEvent("incident"))
        case "Close":
            try parameters.allow(["incident", "outcome"])
            let outcome = try parameters.required("outcome")
            guard Self.isOutcome(outcome) else { throw .invalidParameter("outcome") }
            self = .close(try parameters.requiredEvent("incident"), outcome: outcome)
        case "Arm":
            try parameters.allow([])
            self = .arm
        case "Disarm":
            try parameters.allow(["until"])
            self = .disarm(until: try parameters.time("until"))
        case "Retry": self = .retry(try Self.retried(parameters))
        default: return nil
        }
    }

    /// One event, or all of them said in so many words.
    private static func retried(_ parameters: CallParameters) throws(ControlError) -> EventID? {
        try parameters.allow(["id", "all"])
        let id = try parameters.event("id")
        let all = try parameters.bool("all") ?? false
        guard (id != nil) != all else { throw .invalidParameter(id == nil ? "id" : "all") }
        return id
    }

    /// The method's name, without its interface.
    var method: String {
        switch self {
        case .acknowledge: "Acknowledge"
        case .close: "Close"
        case .arm: "Arm"
        case .disarm: "Disarm"
        case .retry: "Retry"
        }
    }
}
