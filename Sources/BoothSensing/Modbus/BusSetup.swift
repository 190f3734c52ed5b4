// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A bus with its points and outputs, as its thread needs it.
package struct BusSetup: Sendable {
    let configuration: ModbusBusConfiguration
    let points: [PointConfiguration]
    let outputs: [OutputConfiguration]
    let unitSilent: Int
    /// What the journal has recorded of the inputs.
    let remembered: [PointID: InputMemory]
    /// Devices that were lost when the last run ended.
    let standing: Set<DeviceID>
    let deliver: @Sendable ([SensorReport]) -> Void

    /// - Parameters:
    ///   - points: points of other sources are ignored.
    ///   - outputs: outputs on other sinks are ignored.
    ///   - unitSilent: polls in a row without a reading before a unit counts as lost, 1 or more.
    ///   - remembered: what was last recorded of the inputs. If a counter has moved on since, somebody pressed.
    ///   - standing: devices whose loss is in the journal; their first answer is reported.
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

    /// The inputs, and the outputs that are read back.
    var polledPoints: [PolledPoint] {
        points.compactMap { PolledPoint($0, on: configuration.name) }
            + outputs.compactMap { PolledPoint(readingBack: $0, on: configuration.name) }
    }

    /// Whether there is anything to do on the bus.
    package var isEmpty: Bool { polledPoints.isEmpty }

    /// Whether the host name has to be resolved, which blocks (getaddrinfo(3)).
    var needsResolver: Bool {
        guard case .tcp(let host, _) = configuration.transport else { return false }
        return !isNumericAddress(host)
    }
}
