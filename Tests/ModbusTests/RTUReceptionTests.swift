// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport
import Testing

@testable import Modbus

/// Bytes in, verdict out: no line, no clock.
@Suite struct RTUReceptionTests {
    /// Inputs 0 to 7 of unit 1.
    private static let inputs = ModbusRequest.read(
        ReadRequest(unit: 1, table: .discreteInputs, address: 0, count: 8))
    private static let answer: [UInt8] = [1, 2, 1, 5, 0x61, 0x8B]
    private static let exception: [UInt8] = [1, 0x82, 2, 0xC1, 0x61]
    private static let coil = ModbusRequest.writeCoil(unit: 1, address: 2, isOn: true)

    private func reception(_ request: ModbusRequest, _ chunks: [UInt8]...) -> RTUReception {
        var reception = RTUReception(request: request, sent: sent(request))
        for chunk in chunks { reception.apply(chunk[...]) }
        return reception
    }

    private func sent(_ request: ModbusRequest) -> [UInt8] { RTUFrame.sealed(request.pdu, unit: request.unit) }

    @Test(
        "makes the frames that the boards' manuals show",
        arguments: [
            ("FF 02 00 00 00 08 6C 12", ReadRequest(unit: 255, table: .discreteInputs, address: 0, count: 8)),
            ("01 02 00 00 00 08 79 CC", ReadRequest(unit: 1, table: .discreteInputs, address: 0, count: 8)),
            ("01 04 00 00 00 01 31 CA", ReadRequest(unit: 1, table: .inputRegisters, address: 0, count: 1)),
            ("01 03 00 07 00 02 75 CA", ReadRequest(unit: 1, table: .holdingRegisters, address: 7, count: 2)),
            ("FE 01 00 00 00 04 29 C6", ReadRequest(unit: 254, table: .coils, address: 0, count: 4)),
            ("FF 03 07 D0 00 01 91 59", ReadRequest(unit: 255, table: .holdingRegisters, address: 2000, count: 1)),
        ])
    func vectors(frame: String, read: ReadRequest) {
        #expect(sent(.read(read)) == frame.split(separator: " ").compactMap { UInt8($0, radix: 16) })
    }

    @Test("takes an answer and an exception, however split, and no sooner than whole")
    func whole() {
        for frame in [Self.answer, Self.exception] {
            var reception = reception(Self.inputs)
            for byte in frame.dropLast() {
                reception.apply([byte])
                #expect(reception.verdict() == .open)
            }
            reception.apply(frame.suffix(1))
            #expect(reception.verdict() == .answered(Array(frame.dropFirst().dropLast(2))))
        }
    }

    @Test("noise before and after an answer does no harm")
    func noise() {
        let pdu = Array(Self.answer.dropFirst().dropLast(2))
        for noise in [[0], [0xFF], [0, 0], [1], [1, 2], [0xFF, 0xFE, 0xFD, 0xFC, 0xFB]] as [[UInt8]] {
            #expect(reception(Self.inputs, noise + Self.answer + noise).verdict() == .answered(pdu))
        }
    }

    @Test("passes over other units' frames, and remembers them")
    func foreign() {
        let answers = [2, 7, 9].map { RTUFrame.sealed([2, 1, 0xFF], unit: $0) }
        let exception = RTUFrame.sealed([0x83, 2], unit: 11)
        let reception = reception(Self.inputs, answers[0] + answers[1], exception + answers[2] + Self.answer)
        #expect(reception.verdict() == .answered([2, 1, 5]))
        #expect(reception.foreignUnits == [2, 7, 9, 11])
    }

    @Test("a wrong checksum, function or length is no answer")
    func wrong() {
        var flipped = Self.answer
        flipped[3] ^= 1
        #expect(reception(Self.inputs, flipped).verdict(isOver: true) == .broken)
        #expect(reception(Self.inputs, flipped).isSpoiledAnswer)
        for pdu in [[1, 1, 5], [2, 2, 5, 0], [2, 0], [4, 2, 0, 5]] as [[UInt8]] {
            let reception = reception(Self.inputs, RTUFrame.sealed(pdu, unit: 1))
            #expect(reception.verdict(isOver: true) == .broken && !reception.isSpoiledAnswer)
        }
        #expect(reception(Self.inputs, Array(Self.answer.dropLast())).verdict(isOver: true) == .open)
    }

    @Test("the request itself is an echo, whatever the unit says after it")
    func echo() {
        let echo = sent(Self.inputs)
        #expect(reception(Self.inputs, echo).verdict() == .open)
        #expect(reception(Self.inputs, echo).verdict(isOver: true) == .echoed)
        #expect(reception(Self.inputs, echo + Self.answer).verdict() == .echoed)
        #expect(reception(Self.inputs, [0] + echo, Self.exception).verdict() == .echoed)
    }

    @Test("an echo that looks like an answer is none")
    func echoLikeAnswer() {
        // 24 coils from 0x300 on: function, address and count stand where an answer has its three bytes.
        let read = ModbusRequest.read(ReadRequest(unit: 1, table: .coils, address: 0x300, count: 24))
        #expect(reception(read, sent(read)).verdict(isOver: true) == .echoed)
        let answer = RTUFrame.sealed([1, 3, 0, 0, 0x19], unit: 1)
        #expect(reception(read, answer).verdict() == .answered([1, 3, 0, 0, 0x19]))
    }

    @Test("a write's answer is the request; the request twice, or a refusal after it, shows an echo")
    func write() {
        let frame = sent(Self.coil)
        #expect(reception(Self.coil, frame).verdict() == .answered(Self.coil.pdu))
        #expect(reception(Self.coil, frame + frame).verdict() == .echoed)
        #expect(reception(Self.coil, frame + RTUFrame.sealed([0x85, 2], unit: 1)).verdict() == .echoed)
        #expect(reception(Self.coil, frame + [0]).verdict() == .answered(Self.coil.pdu))
    }

    @Test("no mixture of noise, halves and others' frames ever passes for an answer, or hides it")
    func mixtures() {
        var random = SeededRandom(seed: 4)
        for round in 0..<3000 {
            let register = UInt16.random(in: 0...UInt16.max, using: &random)
            let request = ModbusRequest.read(
                ReadRequest(unit: 17, table: .holdingRegisters, address: Int(register), count: 1))
            let right = RTUFrame.sealed([3, 2] + ModbusRequest.bytes(of: [register]), unit: 17)
            let before = (0..<Int.random(in: 0...3, using: &random)).flatMap { _ in piece(beside: right, &random) }
            var reception = reception(request)
            for byte in before { reception.apply([byte]) }
            #expect(!isAnswer(reception.verdict(isOver: true)), "round \(round): \(before)")
            for byte in right { reception.apply([byte]) }
            #expect(reception.verdict() == .answered(Array(right[1..<5])), "round \(round): \(before)")
        }
    }

    private func isAnswer(_ verdict: RTUReception.Verdict) -> Bool {
        if case .answered = verdict { true } else { false }
    }

    /// What a line may carry that is no answer: another unit's frame, half of one, the right one spoiled, noise.
    private func piece(beside right: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        let foreign = RTUFrame.sealed([3, 4, 1, 2, 3, 4], unit: Int.random(in: 18...247, using: &random))
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return foreign
        case 1: return Array(foreign.dropLast(Int.random(in: 1...4, using: &random)))
        case 2:
            var spoiled = right
            spoiled[Int.random(in: right.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            return spoiled
        default:
            let count = Int.random(in: 1...5, using: &random)
            return (0..<count).map { _ in UInt8.random(in: 0...UInt8.max, using: &random) }
        }
    }

    @Test("keeps a bounded number of bytes of what never ends")
    func bounded() {
        var reception = reception(Self.inputs)
        for _ in 0..<200 { reception.apply([UInt8](repeating: 0x55, count: 100)[...]) }
        #expect(reception.verdict() == .broken)
        #expect(reception.bytes.count <= RTUReception.mostBytes)
    }
}
