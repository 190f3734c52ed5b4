// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel

/// When the file is due for maintenance: checkpoint, inspection, thinning, room.
struct Care {
    /// When the next checkpoint is due.
    var checkpointAt: BootTime?
    /// The inspection in progress; nil: none.
    var inspection: JournalInspection?
    var inspectionAt: BootTime?
    /// The thinning by age in progress; nil: none.
    var aging: Aging?
    var agingAt: BootTime?
    /// When the free room is checked next.
    var roomAt: BootTime?
    /// When it is next checked that the directory is still in place.
    var placeAt: BootTime?
    /// When `historyFrom` and `daysLeft` are computed next.
    var figuresAt: BootTime?
    /// The time of the oldest event in the file; nil: there is none, or it is not known.
    var historyFrom: WallTime?
    /// Days until the file is full, at the rate of the last day; nil: not known.
    var daysLeft: Int?
    /// Events up to this number were looked at by the thinning for room.
    var thinnedForRoom: Int64 = 0
    /// Whether any of these events may have been settled, or their incidents closed, since then.
    var isSettledSinceThinning = false
    /// When each target was last told of a loss; below, the targets that have answered since.
    var lossToldAt: [TargetID: BootTime] = [:]
    var answered: Set<TargetID> = []

    struct Aging {
        /// The last number that was looked at.
        var cursor: Int64 = 0
        /// Events with a lower key are too old.
        let below: Int64
    }

    /// From the first commit of a burst to the checkpoint.
    private static let checkpointDelay = Duration.milliseconds(500)
    /// Between two slices of background work.
    static let pause = Duration.milliseconds(10)
    /// Between two inspections, and between two thinnings by age.
    static let day = Duration.seconds(86_400)
    static let placeInterval = Duration.seconds(20)
    static let figuresInterval = Duration.seconds(60)

    var deadlines: [BootTime?] { [checkpointAt, roomAt, inspectionAt, agingAt, placeAt, figuresAt] }

    /// A file was opened: plans its inspection, thinning and checkpoint.
    mutating func takeUp(_ opened: OpenedJournal) {
        let now = BootTime.now()
        inspection = JournalInspection(opened.store, from: .start, thinned: 0)
        inspectionAt = now + Self.pause
        aging = nil
        agingAt = now + .seconds(5)
        placeAt = now + Self.placeInterval
        figuresAt = now
        checkpointAt = now + Self.checkpointDelay
        thinnedForRoom = 0
        isSettledSinceThinning = false
    }

    mutating func forgetFile() {
        (checkpointAt, roomAt, inspectionAt) = (nil, nil, nil)
        (agingAt, placeAt, figuresAt) = (nil, nil, nil)
        (inspection, aging) = (nil, nil)
    }

    mutating func noteWrite() {
        let now = BootTime.now()
        if checkpointAt == nil { checkpointAt = now + Self.checkpointDelay }
        if roomAt == nil { roomAt = now }
    }
}
