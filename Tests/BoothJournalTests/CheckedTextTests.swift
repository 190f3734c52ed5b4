// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothJournal

@Suite("A row's text") struct CheckedTextTests {
    private let old = CheckedText.seal(#"{"point":"help-1","counter":{"value":1},"state":"active"}"#)
    private let new = CheckedText.seal(#"{"counter":{"value":2},"state":"normal","point":"help-1"}"#)

    @Test("proves itself")
    func whole() {
        #expect(CheckedText.isWhole(old) && CheckedText.isWhole(new))
    }

    @Test("is not taken for whole where it was put together from two versions of the row")
    func torn() {
        for place in 1..<old.utf8.count {
            let bytes = Array(old.utf8.prefix(place)) + Array(new.utf8.dropFirst(place))
            let mixed = String(decoding: bytes, as: UTF8.self)
            #expect(!CheckedText.isWhole(mixed) || mixed == old || mixed == new, "\(place)")
        }
    }

    @Test("is not whole without its check, nor when it is cut", arguments: ["", "{}", #"{"point":"help-1"}"#])
    func without(text: String) {
        #expect(!CheckedText.isWhole(text))
        #expect(!CheckedText.isWhole(String(old.dropLast())))
    }
}
