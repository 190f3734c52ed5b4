// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A bus and what hangs on it, as its thread needs to know it.
package struct BusSetup: Sendable {
    let configuration: ModbusBusConfiguration
    let points: [PointConfiguration]
    let outputs: [OutputConfiguration]
    let unitSilent: Int
    /// What the journal has of the inputs.
    let remembered: [PointID: InputMemory]
    /// The faults of the last run that nobody has restored.
    let standing: Set<DeviceID>
    let deliver: @Sendable ([SensorReport]) -> Void

    /// - Parameters:
    ///   - points: those of other sources are left out.
    ///   - outputs: those on other sinks are left out.
    ///   - unitSilent: polls without a reading before a unit counts as lost, 1 or more.
    ///   - remembered: what was recorded of the inputs last; a counter that went on since is a press.
    ///   - standing: devices whose loss the journal has: their first sign of life is told.
    ///   - deliver: called on the bus's thread with what changed; must not block.
    package init(
        _ configuration: ModbusBusConfiguration, points: [PointConfiguration], outputs: [OutputConfiguration] = [],
        unitSilent: Int, remembered: [PointID: InputMemory] = [:], standing: Set<DeviceID> = [],
        deliver: @escaping @Sendable ([SensorReport]) -> Void
    ) {
        self.configuration = configuration
        self.points = points
        self.outputs = outputs
        self.unitSilent = unitSilent
        self.remembered = remembered
        self.standing = standing
        self.deliver = deliver
    }

    /// The inputs, and the outputs as they are read back.
    var polledPoints: [PolledPoint] {
        points.compactMap { PolledPoint($0, on: configuration.name) }
            + outputs.compactMap { PolledPoint(readingBack: $0, on: configuration.name) }
    }

    /// Whether there is anything to do on the bus.
    package var isEmpty: Bool { polledPoints.isEmpty }

    /// Whether its host has to be looked up, which blocks (getaddrinfo(3)).
    var needsResolver: Bool {
        guard case .tcp(let host, _) = configuration.transport else { return false }
        return !isNumericAddress(host)
    }
}
