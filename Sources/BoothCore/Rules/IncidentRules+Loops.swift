// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Supervised loops whose wiring is broken.
extension IncidentRules {
    /// A supervised loop that is cut or bridged is a fault of the wiring. For a tamper contact it is the alarm itself.
    ///
    /// The same cause is reported once in a run, even if the fault is an old one.
    mutating func watchLoop(of point: PointConfiguration, state: PointState, at moment: Moment) {
        guard point.isWiringSupervised else { return }
        let wiring = DeviceID.loop(of: point.id)
        switch state {
        case .cut, .short:
            openFault(wiring, .sensor, at: moment)
            guard toldLoops.updateValue(state, forKey: point.id) != state else { return }
            decision.devices.append(
                DeviceReport(device: wiring, condition: .lost(.loop(of: point.id, state)), at: moment.boot))
        case .normal, .active:
            guard faults[wiring] != nil else { return }
            clearFault(wiring, at: moment)
            toldLoops[point.id] = nil
            decision.devices.append(DeviceReport(device: wiring, condition: .found, at: moment.boot))
        case .unknown: break
        }
    }
}

extension PointConfiguration {
    /// Whether a cut or bridged loop is a fault of the wiring. For a tamper contact it is the alarm itself.
    var isWiringSupervised: Bool { loop != nil && kind != .tamper }
}

extension DeviceFault {
    fileprivate static func loop(of point: PointID, _ state: PointState) -> DeviceFault {
        state == .short
            ? DeviceFault(
                .short,
                Message(
                    zh: "\(point) 的监视回路短路，保留此前的状态；请检查接线是否短接、线端电阻是否完好",
                    en: "the loop of \(point) is bridged, its last state stands; check its wiring and its resistors"))
            : DeviceFault(
                .cut,
                Message(
                    zh: "\(point) 的监视回路断开，保留此前的状态；请检查接线与接线端子",
                    en: "the loop of \(point) is cut, its last state stands; check its wiring and its terminals"))
    }
}
