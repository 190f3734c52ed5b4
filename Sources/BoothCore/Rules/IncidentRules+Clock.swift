// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Clock honesty: what was stamped before the time was known is dated when it is; a clock that stays wrong is a fault.
extension IncidentRules {
    /// How often it is asked whether the clock is right by now.
    static let clockLook = Duration.seconds(60)
    /// So long after its start a board may take to learn the time.
    static let clockPatience = Duration.seconds(600)
    /// So long a clock may run free.
    static let longestHoldover = Duration.seconds(86_400)

    /// The wall clock was set, or is trusted now, or no longer: what follows from it is looked at anew. Deadlines are
    /// of elapsed time, and stay.
    package mutating func clockChanged(at moment: Moment) -> Decision {
        lookAtClock(at: moment)
        watchAttendance(at: moment)
        return finish()
    }

    /// Looks again for the clock soon where something could not be dated.
    mutating func lookForClock(at moment: Moment) {
        guard moment.clock == .unsynced else { return }
        let soon = moment.boot + Self.clockLook
        timers[.clock] = min(timers[.clock] ?? soon, soon)
    }

    /// Looks whether the clock has been wrong for too long, or is right again.
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
        // Nobody tells when it is right again: it is asked.
        timers[.clock] = !isTrusted ? moment.boot + Self.clockLook : moment.boot < due ? due : nil
    }

    private mutating func clockIsRight(at moment: Moment) {
        freeSince = nil
        clearFault(.clock, at: moment)
        if toldClock { decision.devices.append(DeviceReport(device: .clock, condition: .found, at: moment.boot)) }
        toldClock = false
        // A clock that is believed by configuration was not seen to be right.
        guard followsKernelClock, memory.syncedBoot != moment.bootID else { return }
        // Whoever starts again in this boot knows that the clock was right once.
        remember { $0.syncedBoot = moment.bootID }
    }

    private mutating func tellClock(at moment: Moment) {
        openFault(.clock, .clock, at: moment)
        guard !toldClock else { return }
        toldClock = true
        decision.devices.append(
            DeviceReport(device: .clock, condition: .lost(.clock(moment.clock)), at: moment.boot))
    }

    /// Once the clock is right, what was stamped before in this boot is dated, and counts after the next one.
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

    /// How long ago `stamp` was, at least: no clock may tell it, but it was before this boot or in it.
    ///
    /// Of a stamp of another boot it is found out once, when the clock is trusted for the first time: a clock that is set
    /// later makes nothing due, and nothing late.
    mutating func age(of stamp: Stamp, at moment: Moment) -> Duration {
        if stamp.bootID == moment.bootID { return moment.boot - stamp.boot }
        if let origin = origins[stamp] { return moment.boot - origin }
        let uptime = moment.boot - BootTime(nanoseconds: 0)
        guard let age = stamp.elapsed(until: moment) else { return uptime }
        // A clock that says less than that was wrong then or is now.
        guard age >= uptime else { return uptime }
        origins[stamp] = BootTime(nanoseconds: moment.boot.nanoseconds - min(age, Self.longestAge).nanoseconds)
        return min(age, Self.longestAge)
    }

    /// Nobody reckons further back, whatever a clock says.
    private static let longestAge = Duration.seconds(100 * 365 * 86_400)

    /// What began in another boot may have gone on for longer than this boot's elapsed time told so far.
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
    /// Gives each stamp of this boot that has none its civil time.
    ///
    /// - Returns: whether there was one.
    fileprivate mutating func date(at moment: Moment) -> Bool {
        let before = self
        since.date(at: moment)
        firstSeen?.date(at: moment)
        lastActive?.date(at: moment)
        return self != before
    }
}

extension Incident {
    /// Gives each stamp of this boot that has none its civil time.
    ///
    /// - Returns: whether there was one.
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
    /// With the civil time, where it is of the same boot and had none.
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
