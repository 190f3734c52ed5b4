// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One receipt of a list, in an answer or in a task.
struct ReceiptItem: Decodable {
    /// nil if it cannot be read.
    let receipt: Receipt?

    enum Key: String, CodingKey {
        case id, result, ticket, reason
    }

    init(from decoder: any Decoder) throws {
        // A receipt that cannot be read is skipped: its event stays queued, and the other receipts count.
        receipt = try? Self.receipt(decoder.container(keyedBy: Key.self))
    }

    private static func receipt(_ object: KeyedDecodingContainer<Key>) throws -> Receipt? {
        let id = try object.decode(EventID.self, forKey: .id)
        switch try object.decode(String.self, forKey: .result) {
        case "accepted", "duplicate":
            let ticket = (try? object.decodeIfPresent(String.self, forKey: .ticket)) ?? nil
            return Receipt(
                id: id, result: .accepted(ticket: ticket.map { shown($0, longest: PlatformAnswer.longestTicket) }))
        case "rejected":
            let reason = (try? object.decodeIfPresent(String.self, forKey: .reason)) ?? nil
            let text = shown(reason ?? "", longest: PlatformAnswer.longestReason)
            return Receipt(id: id, result: .rejected(reason: text.isEmpty ? "rejected" : text))
        default:
            return nil
        }
    }
}
