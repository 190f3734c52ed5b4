// SPDX-License-Identifier: Apache-2.0

/// Finds the answer in the bytes that come after a request on a serial line. Has no clock and no descriptor.
///
/// An answer has the right unit, function, length and checksum. Noise before it, for example from a line driver that
/// changes direction, is skipped. Whole frames of other units are remembered and skipped.
struct RTUReception {
    enum Verdict: Equatable {
        /// No bytes, or bytes that may still become an answer.
        case open
        /// The protocol data unit of the answer, which may be an exception.
        case answered([UInt8])
        /// The request itself came back, and then the unit's answer if any.
        case echoed
        /// Bytes that cannot begin an answer. An answer may still follow.
        case broken
    }

    /// The most bytes that are kept: an answer, and another unit's frame before it.
    static let mostBytes = 2 * RTUFrame.longest

    private let request: ModbusRequest
    /// The frame that was sent.
    private let sent: [UInt8]
    private(set) var bytes: [UInt8] = []
    private var isOverrun = false
    private(set) var hasEchoed = false
    /// The units whose frames were skipped.
    private(set) var foreignUnits: Set<Int> = []

    /// - Parameter sent: `request` as it was sent.
    init(request: ModbusRequest, sent: [UInt8]) {
        self.request = request
        self.sent = sent
    }

    /// Adds received bytes.
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

    /// - Parameter isOver: whether the wait has ended.
    func verdict(isOver: Bool = false) -> Verdict {
        guard let answer = answer(from: 0, isOver: isOver) else {
            if isOver, hasEchoed { return .echoed }
            return isOverrun || isHopeless ? .broken : .open
        }
        // The answer to a write equals the request. It was an echo only if another answer follows.
        let isWrittenTwice = !isRead && self.answer(from: answer.endIndex, isOver: isOver) != nil
        return hasEchoed || isWrittenTwice ? .echoed : .answered(Array(answer.dropFirst().dropLast(2)))
    }

    /// Whether the bytes are the answer with a wrong checksum. Then the unit has finished and nothing more will come.
    /// After other broken bytes more may come.
    var isSpoiledAnswer: Bool {
        guard !isOverrun, bytes.count >= RTUFrame.shortestAnswer, Int(bytes[0]) == request.unit else { return false }
        return answerSize(at: bytes[...]) == bytes.count && !RTUFrame.isWhole(bytes[...])
    }

    private var isRead: Bool {
        if case .read = request { true } else { false }
    }

    /// Removes everything up to the request itself. A read's request comes back only on a line with an echo.
    private mutating func passEcho() {
        guard isRead, let begin = bytes.indices.first(where: { bytes[$0...].starts(with: sent) }) else { return }
        hasEchoed = true
        bytes.removeFirst(begin + sent.count)
    }

    /// The first whole answer at `begin` or later.
    private func answer(from begin: Int, isOver: Bool) -> ArraySlice<UInt8>? {
        for place in bytes.indices.dropFirst(begin) {
            let rest = bytes[place...]
            // An answer may begin like its request. Wait: the rest of an echo comes at once.
            if isRead, !isOver, rest.count < sent.count, sent.starts(with: rest) { return nil }
            guard let size = answerSize(at: rest), rest.count >= size else { continue }
            let frame = rest.prefix(size)
            if RTUFrame.isWhole(frame) { return frame }
        }
        return nil
    }

    /// The length of the answer that `rest` begins with; nil if it begins no answer.
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

    /// Whether these bytes can begin neither an answer nor another unit's frame.
    private var isHopeless: Bool {
        guard let first = bytes.first else { return false }
        if Int(first) == request.unit {
            guard !sent.starts(with: bytes) else { return false }
            return answerSize(at: bytes[...]).map { $0 <= bytes.count } ?? true
        }
        return RTUFrame.sizes(of: bytes[...]).allSatisfy { $0 <= bytes.count }
    }
}
