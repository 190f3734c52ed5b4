// SPDX-License-Identifier: Apache-2.0

/// What comes in after a request on a serial line, and which of it is the answer: no clock, no descriptor.
///
/// An answer is where unit, function, length and checksum are all right; noise before it, as a line driver makes that
/// turns round, does no harm. Whole frames of other units are remembered and passed over.
struct RTUReception {
    /// What was heard so far.
    enum Verdict: Equatable {
        /// Nothing, or something that may still become an answer.
        case open
        /// The protocol data unit that answers, be it an exception.
        case answered([UInt8])
        /// The request itself came back, and after it what the unit has to say.
        case echoed
        /// Bytes that no answer begins with; one may still follow.
        case broken
    }

    /// Most bytes kept: an answer, and a frame of somebody else's before it.
    static let mostBytes = 2 * RTUFrame.longest

    private let request: ModbusRequest
    /// The frame that was sent.
    private let sent: [UInt8]
    private(set) var bytes: [UInt8] = []
    private var isOverrun = false
    /// Whether the request itself came back.
    private(set) var hasEchoed = false
    /// Whose frames were passed over.
    private(set) var foreignUnits: Set<Int> = []

    /// - Parameter sent: `request` as it went out.
    init(request: ModbusRequest, sent: [UInt8]) {
        self.request = request
        self.sent = sent
    }

    /// Takes what came.
    mutating func apply(_ chunk: ArraySlice<UInt8>) {
        bytes += chunk
        passEcho()
        while let size = RTUFrame.size(at: bytes[...]), Int(bytes[0]) != request.unit {
            foreignUnits.insert(Int(bytes[0]))
            bytes.removeFirst(size)
        }
        guard bytes.count > Self.mostBytes else { return }
        isOverrun = true
        bytes.removeFirst(bytes.count - RTUFrame.longest)
    }

    /// - Parameter isOver: nothing more is waited for.
    func verdict(isOver: Bool = false) -> Verdict {
        guard let answer = answer(from: 0, isOver: isOver) else {
            if isOver, hasEchoed { return .echoed }
            return isOverrun || isHopeless ? .broken : .open
        }
        // A write's answer is the request over again; only what follows it can show that it was an echo.
        let isWrittenTwice = !isRead && self.answer(from: answer.endIndex, isOver: isOver) != nil
        return hasEchoed || isWrittenTwice ? .echoed : .answered(Array(answer.dropFirst().dropLast(2)))
    }

    /// Whether what came is the answer but for its checksum: the unit has said what it had to say, and nothing more
    /// will come. Of any other broken bytes that cannot be known.
    var isSpoiledAnswer: Bool {
        guard !isOverrun, bytes.count >= RTUFrame.shortestAnswer, Int(bytes[0]) == request.unit else { return false }
        return answerSize(at: bytes[...]) == bytes.count && !RTUFrame.isWhole(bytes[...])
    }

    private var isRead: Bool {
        if case .read = request { true } else { false }
    }

    /// Forgets everything up to the request itself, which only a line with an echo brings to a reader.
    private mutating func passEcho() {
        guard isRead, let begin = bytes.indices.first(where: { bytes[$0...].starts(with: sent) }) else { return }
        hasEchoed = true
        bytes.removeFirst(begin + sent.count)
    }

    /// The first whole answer from `begin` on.
    private func answer(from begin: Int, isOver: Bool) -> ArraySlice<UInt8>? {
        for place in bytes.indices.dropFirst(begin) {
            let rest = bytes[place...]
            // An answer may begin as its request does; an echo's remaining bytes come at once.
            if isRead, !isOver, rest.count < sent.count, sent.starts(with: rest) { return nil }
            guard let size = answerSize(at: rest), rest.count >= size else { continue }
            let frame = rest.prefix(size)
            if RTUFrame.isWhole(frame) { return frame }
        }
        return nil
    }

    /// How long the answer is that begins with `rest`; nil when none can.
    private func answerSize(at rest: ArraySlice<UInt8>) -> Int? {
        let begin = rest.startIndex
        guard Int(rest[begin]) == request.unit else { return nil }
        let whole = request.answerSize + RTUFrame.overhead
        guard rest.count > 1 else { return whole }
        if rest[begin + 1] == request.function | ModbusRequest.exceptionFlag { return RTUFrame.shortestAnswer }
        guard rest[begin + 1] == request.function else { return nil }
        guard isRead, rest.count > 2 else { return whole }
        return Int(rest[begin + 2]) == request.answerSize - 2 ? whole : nil
    }

    /// Whether neither an answer nor another unit's frame can begin as the bytes do.
    private var isHopeless: Bool {
        guard let first = bytes.first else { return false }
        if Int(first) == request.unit {
            guard !sent.starts(with: bytes) else { return false }
            return answerSize(at: bytes[...]).map { $0 <= bytes.count } ?? true
        }
        return RTUFrame.sizes(of: bytes[...]).allSatisfy { $0 <= bytes.count }
    }
}
