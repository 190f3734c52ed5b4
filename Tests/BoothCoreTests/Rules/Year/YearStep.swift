// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One thing that happens to a booth in its year.
enum YearStep: Sendable {
    case read(PointID, PointState)
    /// A counting input went on by so many.
    case count(PointID, Int)
    case miss(PointID, UInt64?)
    case lose(DeviceID)
    case find(DeviceID)
    case link(TargetID, stands: Bool)
    /// A platform answers what waits for an answer; which, `choice` says.
    case receipt(choice: Int, Reply)
    /// A platform answers once more what it has answered.
    case late(choice: Int, Reply)
    case task(YearTask, from: TargetID)
    case acknowledge(choice: Int)
    case close(choice: Int)
    /// The clock is believed so far, and wrong by so many milliseconds.
    case clock(ClockState, skew: Int64)
    case beginTest
    case endTest
    /// The agent is started anew.
    case restart
    /// The board is, so long after it went off; what could be told again may be lost.
    case reboot(dark: Duration)
    /// The agent, or the board so long after it went off, is started anew and cannot read its journal.
    case blind(dark: Duration?)
    /// The journal can be read after all.
    case recall

    enum Reply: Sendable {
        case sent, returned, accepted, rejected
        case reroute(IncidentClass)
    }

    /// What only a run with interruptions has.
    var isInterruption: Bool {
        switch self {
        case .restart, .reboot, .blind, .recall: true
        default: false
        }
    }
}

/// A task; its incident is chosen when it comes.
struct YearTask: Sendable {
    enum Order: Sendable {
        case incident(choice: Int, IncidentState)
        case reroute(choice: Int, IncidentClass)
        /// An incident that never was.
        case stranger
        case arm(hours: Int64?)
        case disarm(hours: Int64?)
        case output(String)
        case test
        case malformed
    }

    var number: Int
    var order: Order
    var isExpired = false

    var id: String { "T-\(number)" }
}
