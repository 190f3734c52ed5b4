// SPDX-License-Identifier: Apache-2.0
import BoothModel

// An output is read back with the same requests as inputs, so its unit is lost and found in the same way.
extension PolledPoint {
    /// Nil for an output that is not on `bus`.
    init?(readingBack output: OutputConfiguration, on bus: String) {
        guard case .modbus(var source) = output.sink, source.bus == bus else { return nil }
        // This id cannot clash with a point's id, which has no colon.
        id = PointID(rawValue: "output:\(output.id)")
        source.poll = BusOutputs.readBack
        self.source = source
        priority = Priority.routine.rawValue
        self.output = output.id
    }
}

extension PollRequest {
    var inputs: [PolledPoint] { points.filter { $0.output == nil } }

    /// The same request with only its inputs.
    var ofInputs: PollRequest {
        var request = self
        request.points = inputs
        return request
    }
}
