// SPDX-License-Identifier: Apache-2.0

/// A checked configuration: whatever is in here is in range and refers to something that exists.
package struct Configuration: Sendable, Hashable {
    package var booth: Booth
    /// When officers are in; decides what some points mean.
    package var schedule: WeeklySchedule
    /// Most bytes that the journal may take on disk.
    package var storageLimit: Int64
    /// How long the journal keeps events that are settled and incidents that are closed, 35 days or more. They go
    /// sooner if room is short.
    package var storageKeep: Duration
    package var clockTrust: ClockTrust
    /// Names are unique. A chip without a point or an output is not opened.
    package var chips: [GPIOChipConfiguration]
    /// Names are unique.
    package var buses: [ModbusBusConfiguration]
    /// Ids are unique; in the order of the file.
    package var points: [PointConfiguration]
    /// Ids are unique.
    package var outputs: [OutputConfiguration]
    /// Ids are unique; in the order of the file. At most one has authority.
    package var targets: [TargetConfiguration]
    /// `[rules]`. Each point has its own copy, with its own keys over it.
    package var rules: RuleSettings
    /// SHA-256 of the file, and of the boards.toml beside it if there is one; lower-case hexadecimal. Empty: there was
    /// no file.
    package var hash: String

    /// 256 MiB.
    package static let usualStorageLimit: Int64 = 256 << 20
    /// A year and a month, so that a report on any month of the last year is complete.
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

/// How the booth decides whether to trust its clock.
package enum ClockTrust: String, Sendable, CaseIterable {
    /// As adjtimex(2) says, and in holdover after that.
    case kernel
    /// Always.
    case always
}
