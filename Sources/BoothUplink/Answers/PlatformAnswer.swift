// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials

/// What an answer's body says, as far as it can be believed.
///
/// Texts of the platform end in the journal and on a technician's terminal: they are cut, and control characters left
/// out. What is not as it should be counts as absent, each receipt for itself.
package struct PlatformAnswer: Sendable {
    /// Unicode scalars of a ticket that are kept.
    package static let longestTicket = 128
    /// Unicode scalars of a reason that are kept.
    package static let longestReason = 500

    /// The receipts for what was asked, one for each id at most, in the answer's order.
    package let receipts: [Receipt]
    /// `max_batch`, 1 or more; nil where it is absent.
    package let maxBatch: Int?

    /// - Returns: nil for anything but a JSON object with a list of receipts.
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
            // A size that is no number is as good as none: the receipts beside it still count.
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
