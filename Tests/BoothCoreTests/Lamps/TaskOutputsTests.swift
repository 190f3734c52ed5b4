// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("Outputs that tasks switch")
struct TaskOutputsTests {
    private let start = BootTime(nanoseconds: 1_000_000_000)
    private var outputs = TaskOutputs()

    @Test("are off until a task says otherwise, and stay as the last one made them")
    mutating func standing() {
        #expect(!outputs.isOn("siren"))
        outputs.apply(OutputOrder(output: "siren", isOn: true), at: start)
        #expect(outputs.isOn("siren") && !outputs.isOn("light") && outputs.nextDeadline == nil)
        outputs.apply(OutputOrder(output: "siren", isOn: false), at: start)
        #expect(!outputs.isOn("siren"))
    }

    @Test("are what they were before once an order with a span has passed", arguments: [true, false])
    mutating func passing(isOn: Bool) {
        outputs.apply(OutputOrder(output: "siren", isOn: !isOn), at: start)
        outputs.apply(OutputOrder(output: "siren", isOn: isOn, span: .seconds(30)), at: start)
        #expect(outputs.nextDeadline == start + .seconds(30))
        outputs.advance(to: start + .milliseconds(29_999))
        #expect(outputs.isOn("siren") == isOn)
        outputs.advance(to: start + .seconds(30))
        #expect(outputs.isOn("siren") != isOn && outputs.nextDeadline == nil)
    }

    @Test("a newer order takes the place of one that has not passed")
    mutating func replaced() {
        outputs.apply(OutputOrder(output: "siren", isOn: true, span: .seconds(30)), at: start)
        outputs.apply(OutputOrder(output: "siren", isOn: true, span: .seconds(5)), at: start + .seconds(1))
        #expect(outputs.nextDeadline == start + .seconds(6))
        outputs.apply(OutputOrder(output: "siren", isOn: true), at: start + .seconds(2))
        outputs.advance(to: start + .seconds(60))
        #expect(outputs.isOn("siren") && outputs.nextDeadline == nil)
    }
}
