// SPDX-License-Identifier: Apache-2.0
import BoothModel

// An output is read back by the same requests that read inputs: its unit is watched, lost and found like any other.
extension PolledPoint {
    /// Nil for an output that is not on `bus`.
    init?(readingBack output: OutputConfiguration, on bus: String) {
        guard case .modbus(var source) = output.sink, source.bus == bus else { return nil }
        // No point can be called so: a colon is in no id.
        id = PointID(rawValue: "output:\(output.id)")
        source.poll = BusOutputs.readBack
        self.source = source
        priority = Priority.routine.rawValue
        self.output = output.id
    }
}

extension PollRequest {
    /// Its points that are inputs.
    var inputs: [PolledPoint] { points.filter { $0.output == nil } }

    /// The same request as far as inputs are concerned.
    var ofInputs: PollRequest {
        var request = self
        request.points = inputs
        return request
    }
}
