// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials

/// The valid parts of an answer's body.
///
/// Texts of the platform go into the journal and to a technician's terminal. So they are cut, and control characters
/// are removed. A part that is invalid counts as absent; each receipt is judged separately.
package struct PlatformAnswer: Sendable {
    /// The most Unicode scalars kept of a ticket.
    package static let longestTicket = 128
    /// The most Unicode scalars kept of a reason.
    package static let longestReason = 500

    /// The receipts for the events that were sent, at most one per id, in the answer's order.
    package let receipts: [Receipt]
    /// `max_batch`, 1 or more; nil if it is absent.
    package let maxBatch: Int?

    /// - Returns: nil if the body is not a JSON object with a list of receipts.
    package init?(_ body: [UInt8], asked: some Collection<EventID>) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(body)) else { return nil }
        var open = Set(asked)
        receipts = document.receipts.compactMap { item in
            guard let receipt = item.receipt, open.remove(receipt.id) != nil else { return nil }
            return receipt
        }
        maxBatch = document.maxBatch.flatMap { $0 >= 1 ? $0 : nil }
    }

    private struct Document: Decodable {
        let receipts: [ReceiptItem]
        let maxBatch: Int?

        enum Key: String, CodingKey {
            case receipts
            case maxBatch = "max_batch"
        }

        init(from decoder: any Decoder) throws {
            let object = try decoder.container(keyedBy: Key.self)
            receipts = try object.decode([ReceiptItem].self, forKey: .receipts)
            // An invalid size counts as absent; the receipts beside it still count.
            maxBatch = try? object.decodeIfPresent(Int.self, forKey: .maxBatch)
        }
    }
}

/// `text` without control characters, cut to `longest` Unicode scalars.
func shown(_ text: String, longest: Int) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.lazy.filter({ $0.properties.generalCategory != .control }).prefix(longest) {
        result.append(scalar)
    }
    return String(result)
}
