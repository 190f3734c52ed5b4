// SPDX-License-Identifier: Apache-2.0

/// What a driver reports to the agent.
package enum SensorReport: Sendable, Hashable {
    case reading(Reading)
    /// A counting input has counted further. Its readings are always `normal` and carry the counter's value.
    case counted(CountedPresses)
    case device(DeviceReport)
    /// Edges were lost; the readings around it are in order.
    case missed(MissedEdges)
    /// A point changes faster than any contact can. Its driver reads it at a slow pace for a while.
    case flood(PointID, at: BootTime)
}
