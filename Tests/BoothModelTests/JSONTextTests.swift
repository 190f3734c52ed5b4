// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@Suite("A JSON text")
struct JSONTextTests {
    @Test("is cut where its own commas are")
    func cut() {
        let text = #" { "a:b" : [1, {"x":"],}\""}] , "c":{"d": null }, "e\"":1e2 } "#
        #expect(JSONText.member("a:b", of: text) == #"[1, {"x":"],}\""}]"#)
        #expect(JSONText.member("c", of: text) == #"{"d": null }"#)
        #expect(JSONText.member("d", of: text) == nil)
        #expect(JSONText.elements(of: #"[1.0, "a,b" ,[2,3]]"#) == ["1.0", "\"a,b\"", "[2,3]"])
        #expect(JSONText.elements(of: "[ ]") == [])
    }

    @Test("without its strings is brackets, commas and colons")
    func structure() {
        let structure = JSONText.structure(of: #"{"a:,}": [1, "\\"], "\"]": true}"#)
        #expect(String(decoding: structure, as: UTF8.self) == #"{":[1,"],":true}"#)
    }
}
