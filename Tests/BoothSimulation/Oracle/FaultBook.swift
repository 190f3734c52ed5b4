// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Which devices are lost, and which of them the booth has told: each loss is one incident, restored once.
struct FaultBook {
    private var lost: Set<DeviceID> = []
    /// Devices whose fault was told and not taken back, with the incident.
    private var told: [DeviceID: EventID] = [:]
    /// Faults whose incident was closed meanwhile: their end is told nobody.
    private var closed: Set<DeviceID> = []
    private(set) var isTrusted = true

    /// What nobody foresees: a contact that does not rest, and the clock, which has a rule of its own.
    private func isFree(_ device: DeviceID) -> Bool {
        if device == .clock || device.rawValue.hasPrefix("chatter:") { return true }
        return freePoints.contains { device.rawValue.hasSuffix(":\($0)") }
    }
    /// Points of which nobody foresees anything for a while.
    private var freePoints: Set<PointID> = []

    mutating func free(_ point: PointID) { freePoints.insert(point) }

    /// From now on what is told of the point counts again.
    mutating func resume(_ point: PointID) {
        freePoints.remove(point)
        // It has rested for long enough, whoever closed that fault meanwhile.
        endClosed(.chatter(of: point))
        for device in [DeviceID.stuck(point), .loop(of: point), .edges(of: point)] {
            if told[device] != nil, !closed.contains(device) { lost.insert(device) } else { lost.remove(device) }
        }
    }

    mutating func started(_ contents: JournalContents?) {
        (lost, told, closed, freePoints) = ([], [:], [], [])
        isTrusted = contents != nil
        for incident in contents?.incidents ?? [] where incident.restored == nil {
            guard let device = incident.device else { continue }
            told[device] = incident.id
            // A disk that opened well, and a file that is right, are over their faults; so is a target of which nothing is
            // set aside any more.
            let isEmpty = contents?.status.queues.contains {
                DeviceID.rejections(by: $0.target) == device && $0.rejected == 0
            }
            if device != .storage, device != .configuration, isEmpty != true { lost.insert(device) }
        }
    }

    func isLost(_ device: DeviceID) -> Bool { lost.contains(device) }
    func isTold(_ device: DeviceID) -> Bool { told[device] != nil }
    func incident(of device: DeviceID) -> EventID? { told[device] }

    /// What somebody closed is over without a word.
    mutating func endClosed(_ device: DeviceID) {
        if closed.remove(device) != nil { told[device] = nil }
    }

    /// Whether a lamp that says "needs a technician" has to be lit: nothing shows a duress button. Nil: nobody knows when
    /// a contact rests again whose fault was closed.
    var areStanding: Bool? {
        if closed.contains(where: { isFree($0) && $0 != .clock }) { return nil }
        return told.keys.contains { device in
            !["stuck:", "chatter:", "edges:"].contains { device.rawValue == "\($0)duress-1" }
        }
    }

    mutating func set(_ device: DeviceID, isLost: Bool) {
        if isLost {
            lost.insert(device)
        } else if lost.remove(device) != nil, closed.remove(device) != nil {
            told[device] = nil
        }
    }

    /// A good reading proves the whole way to it.
    mutating func proveWay(to point: PointConfiguration) {
        guard !lost.isEmpty else { return }
        switch point.source {
        case .gpio(let gpio):
            set(.chip(gpio.chip), isLost: false)
            set(.line(gpio.line.description, of: gpio.chip), isLost: false)
        case .modbus(let modbus):
            set(.bus(modbus.bus), isLost: false)
            set(.unit(modbus.unit, of: modbus.bus), isLost: false)
        }
    }

    /// Edges were lost once more, after somebody closed what was told of the last ones.
    mutating func raiseAnew(_ device: DeviceID) {
        told[device] = nil
        closed.remove(device)
        lost.insert(device)
    }

    /// It is lost, and whoever closed an earlier fault of it must hear of it again.
    mutating func setAnew(_ device: DeviceID) {
        if closed.contains(device) { raiseAnew(device) } else { set(device, isLost: true) }
    }

    /// Whether nobody knows what the point's contact does.
    func isBlind(_ point: PointConfiguration) -> Bool {
        guard !told.isEmpty else { return false }
        if told[.chatter(of: point.id)] != nil { return true }
        switch point.source {
        case .gpio(let gpio): return told[.chip(gpio.chip)] != nil
        case .modbus(let modbus):
            return told[.bus(modbus.bus)] != nil || told[.unit(modbus.unit, of: modbus.bus)] != nil
        }
    }

    // MARK: What was said

    /// - Returns: what is wrong with it.
    mutating func raised(_ device: DeviceID, _ incident: EventID) -> String? {
        defer { told[device] = incident }
        guard isTrusted, !isFree(device) else { return nil }
        if told[device] != nil { return "the fault of \(device) was told twice" }
        return lost.contains(device) ? nil : "a fault of \(device) was told, which is well"
    }

    mutating func restored(_ device: DeviceID, _ incident: EventID) -> String? {
        guard told[device] == incident else { return isTrusted ? "another fault of \(device) was restored" : nil }
        told[device] = nil
        guard isTrusted, !isFree(device) else { return nil }
        return lost.contains(device) ? "\(device) is lost, and was restored" : nil
    }

    mutating func closed(_ device: DeviceID, _ incident: EventID) {
        if told[device] == incident { closed.insert(device) }
    }

    /// Whether what stands is what was told.
    func check() -> String? {
        guard isTrusted else { return nil }
        for device in lost where told[device] == nil && !isFree(device) { return "the fault of \(device) was not told" }
        for device in told.keys where !lost.contains(device) && !isFree(device) && !closed.contains(device) {
            return "\(device) is well, and was not restored"
        }
        return nil
    }
}
