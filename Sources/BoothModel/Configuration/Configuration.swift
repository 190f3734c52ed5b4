// SPDX-License-Identifier: Apache-2.0

/// A checked configuration: whatever is in here is in range and refers to something that exists.
package struct Configuration: Sendable, Hashable {
    package var booth: Booth
    /// When officers are in; decides what some points mean.
    package var schedule: WeeklySchedule
    /// Most bytes that the journal may take on disk.
    package var storageLimit: Int64
    /// How long the journal keeps what is settled and closed; sooner gone where room is short. 35 days or more.
    package var storageKeep: Duration
    package var clockTrust: ClockTrust
    /// Each name once; those without a point are not opened.
    package var chips: [GPIOChipConfiguration]
    /// Each name once.
    package var buses: [ModbusBusConfiguration]
    /// Each id once, in the order of the file.
    package var points: [PointConfiguration]
    /// Each id once.
    package var outputs: [OutputConfiguration]
    /// Each id once, in the order of the file; one at most has authority.
    package var targets: [TargetConfiguration]
    /// `[rules]`; each point has its own copy with its own keys over it.
    package var rules: RuleSettings
    /// SHA-256 of the file, and of the boards.toml beside it where there is one; lower-case hexadecimal; empty where
    /// there was no file.
    package var hash: String

    /// 256 MiB.
    package static let usualStorageLimit: Int64 = 256 << 20
    /// A year and a month: a report on any month of the last year is whole.
    package static let usualStorageKeep = Duration.seconds(400 * 86_400)
    package static let usualClockTrust = ClockTrust.kernel

    package init(
        booth: Booth, schedule: WeeklySchedule = WeeklySchedule(),
        storageLimit: Int64 = Configuration.usualStorageLimit, storageKeep: Duration = Configuration.usualStorageKeep,
        clockTrust: ClockTrust = Configuration.usualClockTrust, chips: [GPIOChipConfiguration] = [],
        buses: [ModbusBusConfiguration] = [],
        points: [PointConfiguration], outputs: [OutputConfiguration] = [], targets: [TargetConfiguration],
        rules: RuleSettings = RuleSettings(), hash: String = ""
    ) {
        self.booth = booth
        self.schedule = schedule
        self.storageLimit = storageLimit
        self.storageKeep = storageKeep
        self.clockTrust = clockTrust
        self.chips = chips
        self.buses = buses
        self.points = points
        self.outputs = outputs
        self.targets = targets
        self.rules = rules
        self.hash = hash
    }
}

/// Which clock the booth believes.
package enum ClockTrust: String, Sendable, CaseIterable {
    /// What adjtimex(2) says, and holdover after that.
    case kernel
    /// The wall clock as it is set.
    case always
}
