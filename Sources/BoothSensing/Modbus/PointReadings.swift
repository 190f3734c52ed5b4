// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// What the points of a bus are known to be, and which changes are news.
struct PointReadings {
    private var readings: [PointID: Reading] = [:]

    /// The readings that `words` changed; `words` in order of address from the request's first on.
    mutating func take(_ words: [UInt16], for request: PollRequest, at instant: BootTime) -> [SensorReport] {
        request.points.compactMap { point in
            let word = words[point.source.address - request.read.address]
            // A word in no band is a wiring fault; what it says of the door is not known.
            let state = point.state(of: word)
            return update(
                Reading(
                    point: point.id, state: state ?? .unknown, value: Int(word),
                    quality: state == nil ? .fault : .good, at: instant))
        }
    }

    /// The readings of `points` that are news when their last values can be believed no longer.
    mutating func lose(_ points: [PolledPoint], to quality: Quality, at instant: BootTime) -> [SensorReport] {
        points.compactMap { point in
            let last = readings[point.id]
            return update(
                Reading(
                    point: point.id, state: last?.state ?? .unknown, value: last?.value, quality: quality, at: instant))
        }
    }

    private mutating func update(_ reading: Reading) -> SensorReport? {
        if let last = readings[reading.point], last.state == reading.state, last.value == reading.value,
            last.quality == reading.quality
        {
            return nil
        }
        readings[reading.point] = reading
        return .reading(reading)
    }
}
