// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Something that happens to the booth. A history is a list of these; each means something by itself, so that a history
/// stays one when some are left out.
package enum Step: Sendable, Hashable {
    // Contacts and buses.
    case contact(PointID, PointState)
    /// So many whole presses of an input that counts for itself.
    case count(PointID, Int)
    /// So many edges, 20 ms apart; the contact rests at the end.
    case chatter(PointID, edges: Int)
    case missed(PointID, UInt64?)
    case flood(PointID)
    case device(DeviceID, isLost: Bool)

    // Platforms.
    case mood(TargetID, Mood)
    /// From a request to its answer, in milliseconds.
    case delay(TargetID, Int)
    /// A receipt that comes late, twice, or was never earned.
    case receipt(TargetID, choice: Int, Word)
    case task(TargetID, PlannedTask)
    /// The platform closes whatever it knows to be open.
    case closeAll(TargetID, most: Int)
    /// The platform gives its newest tasks once more.
    case forgetCursor(TargetID)

    // People at the booth.
    case acknowledge(choice: Int)
    case close(choice: Int)
    case arm
    case disarm(hours: Int?)
    case retry
    case look(Look)
    case beginTest(PointID?)
    case hangUp

    // The disk, and ends of the process.
    case disk(Disk)
    /// Part of the file is spoiled while the agent runs; `seed` says which.
    case spoil(seed: Int)
    case ending(Ending, Opening)

    // Time.
    /// Whether the clock follows a reference, and how far it is ahead, in milliseconds.
    case clock(isSynchronised: Bool, skew: Int64)
    /// The process gets no turn for so long, in milliseconds.
    case stall(Int64)
    case reload(isRight: Bool)

    /// What a platform makes of what it is sent (docs/incidents.md, and the table of answers that the uplink keeps).
    package enum Mood: Sendable, Hashable {
        /// Receipts for all of them.
        case good
        /// 200 without receipts for every n-th.
        case partial(Int)
        /// Receipts that reject every n-th.
        case rejecting(Int)
        /// 422: each event is rejected alone.
        case poison
        /// Receipts that hand incidents over to a class.
        case rerouting(IncidentClass)
        /// 202: receipts come as a task after so many seconds; nil: never.
        case promising(Int?)
        /// No answer, and the event did not arrive.
        case silent
        /// The event arrived, and the answer was lost.
        case deaf
        /// 408, 425, 429, 5xx.
        case unavailable
        /// 401, 403, 404, a captive portal, a wrong certificate: somebody has to act.
        case wrong
    }

    /// What a receipt out of turn says.
    package enum Word: Sendable, Hashable {
        /// For an event that waits: accepted before the answer comes.
        case early
        /// For an event that was answered: the same again.
        case again
        /// For an event that was accepted: rejected now.
        case contrary
        /// For an event of another target.
        case stolen
        /// For an event that never was.
        case forged
        /// For an event that was answered: handed over, long after.
        case reroute(IncidentClass)
    }

    /// A platform's task; which incident it means is chosen when it comes.
    package struct PlannedTask: Sendable, Hashable {
        package enum Order: Sendable, Hashable {
            case incident(choice: Int, IncidentState)
            case reroute(choice: Int, IncidentClass)
            /// Of an incident that never was.
            case stranger
            case arm(hours: Int?)
            case disarm(hours: Int?)
            case output(String, isOn: Bool, seconds: Int?)
            case test
            case malformed
            case unknown
        }
        package var number: Int
        package var order: Order
        /// Seconds until it is too late, from when it is made; nil: never.
        package var expires: Int?
        /// Whether the platform gives it twice.
        package var isTwice = false
    }

    package enum Look: Int, Sendable, Hashable, CaseIterable {
        case status, points, incidents, queue, events, verify, report
    }

    package enum Disk: Sendable, Hashable {
        case well
        /// Each sync takes so many milliseconds.
        case slow(Int)
        case refuses(isFull: Bool)
    }

    /// How the process ends.
    package enum Ending: Sendable, Hashable {
        /// As asked; what waits is written.
        case stop
        /// It dies after so many effects more; `kept`: how many entries that waited for company are in the file.
        case crash(effects: Int, kept: Int)
        /// The power goes after so many effects more, for so many seconds; `kept`: as above.
        case powerCut(effects: Int, seconds: Int, kept: Int, clock: RTC)
    }

    /// What the board's clock says after a power cut.
    package enum RTC: Sendable, Hashable {
        /// It went on, and is right.
        case right
        /// It has no battery: 1970, until it is synchronised after so many seconds.
        case reset(Int)
        /// The same, and nobody tells it the time for two days.
        case lost
    }

    /// What the next start finds.
    package enum Opening: Sendable, Hashable {
        case ready
        /// The file opens so many milliseconds after the start.
        case late(Int)
        /// Part of it is spoiled; `seed` says which.
        case spoiled(seed: Int)
        /// It is gone.
        case gone
    }
}

/// A step and when it happens, in nanoseconds of world time.
package struct TimedStep: Sendable, Hashable {
    package var at: Int64
    package var step: Step

    package init(at: Int64, _ step: Step) {
        self.at = at
        self.step = step
    }
}
