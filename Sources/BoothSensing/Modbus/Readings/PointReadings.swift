// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// The last readings of a bus's points. Decides which changes are reported.
struct PointReadings {
    private let lasting: Int
    private let remembered: [PointID: InputMemory]
    private var tracks: [PointID: PointTrack] = [:]

    /// - Parameters:
    ///   - lasting: implausible reads in a row that make a fault; at least 2.
    ///   - remembered: what the last run recorded.
    init(lasting: Int = 3, remembered: [PointID: InputMemory] = [:]) {
        self.lasting = lasting
        self.remembered = remembered
    }

    /// Applies the `words` of an answer, in order of address from the request's first on.
    mutating func apply(_ words: [UInt16], for request: PollRequest, at instant: BootTime) -> [SensorReport] {
        request.points.flatMap { point in
            apply(words[point.source.address - request.read.address], of: point, at: instant)
        }
    }

    /// The new readings of `points` when their last values are no longer valid.
    mutating func lose(_ points: [PolledPoint], to quality: Quality, at instant: BootTime) -> [SensorReport] {
        points.compactMap { point in
            var track = track(of: point)
            defer { tracks[point.id] = track }
            return track.lose(point.id, to: quality, at: instant)
        }
    }

    private mutating func apply(_ word: UInt16, of point: PolledPoint, at instant: BootTime) -> [SensorReport] {
        var track = track(of: point)
        defer { tracks[point.id] = track }
        return point.source.counter
            ? track.count(word, of: point, at: instant) : track.read(word, of: point, at: instant)
    }

    private func track(of point: PolledPoint) -> PointTrack {
        tracks[point.id] ?? PointTrack(remembered[point.id] ?? InputMemory(), poll: point.source.poll, lasting: lasting)
    }
}
