// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import FoundationEssentials
import Rehearsal

/// What the agent raised against what the platforms answered for, from the books of both sides.
struct Balance {
    /// Incidents in the agent's journal.
    let raised: Int
    /// Of them, those that every target who has it gave a ticket for, and that are the same case in its database.
    let accepted: Int
    /// Events that still wait, and events that a platform refused for another reason than that they are the other's.
    let queued: Int
    let rejected: Int
    /// Counts missing from the platforms' sequences.
    let gaps: Int
    /// Events that came more than once, with the same id and the same body.
    let repeated: Int
    /// Events that came under a known id with another body.
    let conflicts: Int

    var lost: Int { raised - accepted + gaps }

    /// - Parameter expected: incidents that the day should have raised.
    func holds(expecting expected: Int) -> Bool {
        raised == expected && accepted == raised && queued == 0 && rejected == 0 && gaps == 0 && conflicts == 0
    }
}

extension Balance {
    /// Reads both sides' books.
    init(of booth: DemoBooth) throws {
        // First: what left the queue by then is seen in what is read after it.
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
        // What a platform handed to the other one was answered, and is accounted for there.
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
