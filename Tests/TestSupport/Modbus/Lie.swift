// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What a raw unit makes of one request.
package enum Lie: Sendable, Hashable {
    /// The right answer at once.
    case none
    /// The right answer, so long after the request.
    case late(Duration)
    /// The right answer in pieces, so long from one to the next.
    case split(pieces: Int, gap: Duration)
    /// A whole and right frame of another unit; then the answer, so much later, or none.
    case foreign(unit: Int, answer: Duration?)
    /// The first bytes of the answer.
    case truncated(to: Int)
    /// The answer with a bit turned over in its last byte.
    case spoiled
    /// These bytes at once; then the answer, so much later, or none.
    case garbage([UInt8], answer: Duration?)
    /// A random byte each millisecond for so long.
    case noise(Duration)
    case exception(UInt8)
    /// A right frame with these words in the place of those that are held.
    case words([UInt16])
    case silent
    /// The request itself, as a line with local echo gives it; then the answer, so much later, or none.
    case echo(answer: Duration?)
    /// An answer in order with so many registers, or bytes of bits, more than asked for.
    case wrongLength(more: Int)
    /// An answer in order of the neighbouring table.
    case wrongFunction
    /// TCP: of another transaction.
    case wrongTransaction
    /// TCP: of another protocol than Modbus.
    case wrongProtocol
    /// TCP: closes the connection instead of answering; on a serial line: silent.
    case closed
    /// TCP: this connection is never answered again; on a serial line: silent.
    case halfOpen

    /// Bytes to send, or a connection to close, so long after the request.
    struct Deed {
        var after: Duration = .zero
        var bytes: [UInt8] = []
        var closes = false
    }

    /// What follows from `frame`; `held` gives the values of a table, by function and address.
    func deeds(for frame: HeardFrame, held: (UInt8, Int) -> UInt16) -> [Deed] {
        func body(_ function: UInt8, count: Int) -> [UInt8] {
            guard function <= 4 else { return frame.writeEcho }
            return RawTruth.body(function, (0..<max(0, count)).map { held(function, frame.address + $0) })
        }
        let right = frame.answer(body(frame.function, count: frame.count))
        switch self {
        case .none: return [Deed(bytes: right)]
        case .late(let span): return [Deed(after: span, bytes: right)]
        case .split(let pieces, let gap): return Self.pieces(of: right, pieces, gap)
        case .foreign(let unit, let span):
            let words = (0..<max(1, min(frame.count, 125))).map {
                RawTruth.word(frame.function, frame.address + $0, of: unit)
            }
            let foreign = frame.answer(RawTruth.body(frame.function, words), unit: unit)
            return [Deed(bytes: foreign)] + Self.answer(right, after: span)
        case .truncated(let length): return [Deed(bytes: Array(right.prefix(length)))]
        case .spoiled: return [Deed(bytes: right.dropLast() + [right[right.count - 1] ^ 0x10])]
        case .garbage(let bytes, let span): return [Deed(bytes: bytes)] + Self.answer(right, after: span)
        case .noise(let span): return Self.noise(for: span, like: right)
        case .exception(let code): return [Deed(bytes: frame.answer([frame.function | 0x80, code]))]
        case .words(let words): return [Deed(bytes: frame.answer(RawTruth.body(frame.function, words)))]
        case .silent, .halfOpen: return []
        case .echo(let span): return [Deed(bytes: frame.bytes)] + Self.answer(right, after: span)
        case .wrongLength(let more):
            return [
                Deed(
                    bytes: frame.answer(
                        body(frame.function, count: frame.count + (frame.function > 2 ? more : more * 8))))
            ]
        case .wrongFunction:
            let other = (frame.function - 1 ^ 1) + 1
            return [Deed(bytes: frame.answer(body(other, count: frame.count)))]
        case .wrongTransaction:
            return [Deed(bytes: frame.answer(body(frame.function, count: frame.count), transaction: 1))]
        case .wrongProtocol:
            return [Deed(bytes: frame.answer(body(frame.function, count: frame.count), protocolNumber: 1))]
        case .closed: return [Deed(closes: true)]
        }
    }

    private static func answer(_ right: [UInt8], after span: Duration?) -> [Deed] {
        span.map { [Deed(after: $0, bytes: right)] } ?? []
    }

    private static func pieces(of frame: [UInt8], _ pieces: Int, _ gap: Duration) -> [Deed] {
        let count = min(pieces, frame.count)
        return (0..<count).map { (index: Int) -> Deed in
            let piece = frame[(frame.count * index / count)..<(frame.count * (index + 1) / count)]
            return Deed(after: gap * index, bytes: Array(piece))
        }
    }

    private static func noise(for span: Duration, like frame: [UInt8]) -> [Deed] {
        var random = SeededRandom(seed: UInt64(frame.count))
        return (0..<Int(span / .milliseconds(1))).map {
            Deed(after: .milliseconds($0), bytes: [UInt8.random(in: 0...255, using: &random)])
        }
    }
}

extension HeardFrame {
    /// A write is answered with its own words.
    fileprivate var writeEcho: [UInt8] {
        [function, UInt8(address >> 8), UInt8(address & 0xFF), UInt8(count >> 8), UInt8(count & 0xFF)]
    }
}
