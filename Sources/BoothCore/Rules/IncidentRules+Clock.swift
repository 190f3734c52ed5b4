// SPDX-License-Identifier: Apache-2.0
import BoothModel

// What follows from the clock. Stamps that were made before the time was known are dated once it is known. A clock that
// stays wrong is a fault.
extension IncidentRules {
    /// How often the clock is checked while it is not trusted.
    static let clockLook = Duration.seconds(60)
    /// How long the clock may stay without a time after a start. Longer is a fault.
    static let clockPatience = Duration.seconds(600)
    /// How long the clock may run free. Longer is a fault.
    static let longestHoldover = Duration.seconds(86_400)

    /// The wall clock was set, or its trust has changed. Checks what depends on it. Deadlines are of elapsed time, and
    /// stay.
    package mutating func clockChanged(at moment: Moment) -> Decision {
        lookAtClock(at: moment)
        watchAttendance(at: moment)
        return finish()
    }

    /// Checks the clock again soon, if stamps cannot be dated now.
    mutating func lookForClock(at moment: Moment) {
        guard moment.clock == .unsynced else { return }
        let soon = moment.boot + Self.clockLook
        timers[.clock] = min(timers[.clock] ?? soon, soon)
    }

    /// Checks whether the clock has been wrong for too long, or is right again.
    mutating func lookAtClock(at moment: Moment) {
        timers[.clock] = nil
        let isTrusted = moment.clock != .unsynced
        defer { wasTrusted = isTrusted }
        if isTrusted, !wasTrusted {
            dateStamps(at: moment)
            resumeAges(at: moment)
            watchAttendance(at: moment)
        }
        guard moment.clock != .synced else { return clockIsRight(at: moment) }
        let since = freeSince ?? moment.boot
        freeSince = since
        let due = since + (isTrusted ? Self.longestHoldover : Self.clockPatience)
        if moment.boot >= due || faults[.clock] != nil { tellClock(at: moment) }
        // No input reports that the clock is right again, so it is polled.
        timers[.clock] = !isTrusted ? moment.boot + Self.clockLook : moment.boot < due ? due : nil
    }

    private mutating func clockIsRight(at moment: Moment) {
        freeSince = nil
        clearFault(.clock, at: moment)
        if toldClock { decision.devices.append(DeviceReport(device: .clock, condition: .found, at: moment.boot)) }
        toldClock = false
        // A clock that the configuration trusts was not seen to be right.
        guard followsKernelClock, memory.syncedBoot != moment.bootID else { return }
        // The next start within this boot must know that the clock was right once.
        remember { $0.syncedBoot = moment.bootID }
    }

    private mutating func tellClock(at moment: Moment) {
        openFault(.clock, .clock, at: moment)
        guard !toldClock else { return }
        toldClock = true
        decision.devices.append(
            DeviceReport(device: .clock, condition: .lost(.clock(moment.clock)), at: moment.boot))
    }

    /// Dates the undated stamps of this boot, now that the clock is right. After the next boot only dated stamps are of
    /// use.
    private mutating func dateStamps(at moment: Moment) {
        for id in configured.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard var memory = points[id], memory.date(at: moment) else { continue }
            points[id] = memory
            decision.points.append(memory)
        }
        for var incident in live.values.sorted(by: { $0.id < $1.id }) where incident.date(at: moment) {
            keep(incident)
        }
        remember {
            $0.override?.at.date(at: moment)
            $0.alive?.date(at: moment)
        }
    }

    // MARK: Ages

    /// How long ago `stamp` was, at least. If no clock can tell, a stamp of another boot is as old as this boot.
    ///
    /// The age of a stamp of another boot is fixed once, when the clock is first trusted. Setting the clock later does
    /// not move any deadline.
    mutating func age(of stamp: Stamp, at moment: Moment) -> Duration {
        if stamp.bootID == moment.bootID { return moment.boot - stamp.boot }
        if let origin = origins[stamp] { return moment.boot - origin }
        let uptime = moment.boot - BootTime(nanoseconds: 0)
        guard let age = stamp.elapsed(until: moment) else { return uptime }
        // If the clock says less, it was wrong then or is wrong now.
        guard age >= uptime else { return uptime }
        origins[stamp] = BootTime(nanoseconds: moment.boot.nanoseconds - min(age, Self.longestAge).nanoseconds)
        return min(age, Self.longestAge)
    }

    /// The greatest age that is believed, whatever a clock says.
    private static let longestAge = Duration.seconds(100 * 365 * 86_400)

    /// Makes timers of another boot due now. Their time may be over: until now only this boot's elapsed time was known.
    private mutating func resumeAges(at moment: Moment) {
        for incident in live.values where incident.isOpen && incident.opened.bootID != moment.bootID {
            hasten(incident.state == .raised ? .escalate(incident.id) : .remind(incident.id), at: moment)
        }
        for (id, point) in configured where point.kind == .mailSlot { hasten(.mailOverdue(id), at: moment) }
    }

    private mutating func hasten(_ timer: Timer, at moment: Moment) {
        if let due = timers[timer], due > moment.boot { timers[timer] = moment.boot }
    }
}

extension PointMemory {
    /// Adds the civil time to each undated stamp of this boot.
    ///
    /// - Returns: whether there was such a stamp.
    fileprivate mutating func date(at moment: Moment) -> Bool {
        let before = self
        since.date(at: moment)
        firstSeen?.date(at: moment)
        lastActive?.date(at: moment)
        return self != before
    }
}

extension Incident {
    /// Adds the civil time to each undated stamp of this boot.
    ///
    /// - Returns: whether there was such a stamp.
    fileprivate mutating func date(at moment: Moment) -> Bool {
        let before = self
        opened.date(at: moment)
        latest.date(at: moment)
        restored?.date(at: moment)
        accepted?.date(at: moment)
        handed?.date(at: moment)
        acknowledged?.at.date(at: moment)
        for index in steps.indices { steps[index].act.at.date(at: moment) }
        closing?.act.at.date(at: moment)
        return self != before
    }
}

extension Stamp {
    /// This stamp with its civil time, if it is of the same boot and undated.
    func dated(at moment: Moment) -> Stamp {
        guard time == nil, bootID == moment.bootID else { return self }
        return Stamp(moment.at(self))
    }

    fileprivate mutating func date(at moment: Moment) { self = dated(at: moment) }
}

extension DeviceFault {
    fileprivate static func clock(_ state: ClockState) -> DeviceFault {
        DeviceFault(
            .unsynchronised,
            state == .unsynced
                ? Message(
                    zh: "开机以来时钟从未与时间源同步，事件不带时间，全天按无人值守处理；请检查网络和时间服务",
                    en: """
                        the clock has not followed a reference since the board started, events carry no time and every \
                        hour counts as unattended; check the network and the time service
                        """)
                : Message(
                    zh: "时钟已有 24 小时没有与时间源同步；请检查网络和时间服务",
                    en: "the clock has followed no reference for 24 hours; check the network and the time service"))
    }
}
