// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import FoundationEssentials
import Rehearsal

/// Compares the incidents that the agent raised with the platforms' answers, from the data of both sides.
struct Balance {
    /// Incidents in the agent's journal.
    let raised: Int
    /// How many of them have a ticket from every target that received them, with the same case in the target's
    /// database.
    let accepted: Int
    /// Waiting events, and events that a platform refused, except those that belong to the other platform.
    let queued: Int
    let rejected: Int
    /// Numbers missing in the platforms' sequences.
    let gaps: Int
    /// Events received more than once with the same id and body.
    let repeated: Int
    /// Events received with a known id but a different body.
    let conflicts: Int

    var lost: Int { raised - accepted + gaps }

    /// - Parameter expected: the number of incidents that the day should have raised.
    func holds(expecting expected: Int) -> Bool {
        raised == expected && accepted == raised && queued == 0 && rejected == 0 && gaps == 0 && conflicts == 0
    }
}

extension Balance {
    /// Reads the data of both sides.
    init(of booth: DemoBooth) throws {
        // Read the queue first: events that have left it by then are in the data read below.
        let queue: QueueReply = try Self.reply(["--json", "queue"], of: booth)
        let incidents = try Self.incidents(of: booth)
        let books = try DemoBooth.Platform.allCases.map { ($0.rawValue, try PlatformBook(booth.database(of: $0))) }
        raised = incidents.count
        accepted = incidents.count { incident in
            let holders = incident.targets.filter { !$0.handedOver }
            return !holders.isEmpty
                && holders.allSatisfy { holder in
                    let book = books.first { $0.0 == holder.target.rawValue }?.1
                    return holder.delivery == .accepted && holder.ticket != nil
                        && book?.tickets[incident.incident.description] == holder.ticket
                }
        }
        queued = queue.targets.reduce(0) { $0 + $1.queued }
        // Incidents that a platform handed to the other were answered there, and count there.
        rejected = queue.targets.reduce(0) { $0 + $1.rejected }
        gaps = books.reduce(0) { $0 + $1.1.gaps }
        repeated = books.reduce(0) { $0 + $1.1.repeated }
        conflicts = books.reduce(0) { $0 + $1.1.conflicts }
    }

    /// Every incident of the agent's journal.
    static func incidents(of booth: DemoBooth) throws -> [IncidentStatus] {
        let reply: IncidentsReply = try reply(["--json", "incidents", "--all"], of: booth)
        return reply.incidents
    }

    private static func reply<Reply: Decodable>(_ arguments: [String], of booth: DemoBooth) throws -> Reply {
        let lines = try booth.ask(arguments)
        return try JSONDecoder().decode(Reply.self, from: Data(lines.joined().utf8))
    }
}
