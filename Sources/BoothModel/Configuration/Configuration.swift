// SPDX-License-Identifier: Apache-2.0

/// A checked configuration: whatever is in here is in range and refers to something that exists.
package struct Configuration: Sendable, Hashable {
    package var booth: Booth
    /// When officers are in; decides what some points mean.
    package var schedule: WeeklySchedule
    /// Most bytes that the journal may take on disk.
    package var storageLimit: Int64
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

    package init(
        booth: Booth, schedule: WeeklySchedule = WeeklySchedule(), storageLimit: Int64 = 256 << 20,
        clockTrust: ClockTrust = .kernel, chips: [GPIOChipConfiguration] = [], buses: [ModbusBusConfiguration] = [],
        points: [PointConfiguration], outputs: [OutputConfiguration] = [], targets: [TargetConfiguration],
        rules: RuleSettings = RuleSettings(), hash: String = ""
    ) {
        self.booth = booth
        self.schedule = schedule
        self.storageLimit = storageLimit
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
