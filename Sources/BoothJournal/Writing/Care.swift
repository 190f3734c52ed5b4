// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel

/// When the file needs what, beside being written: its log moved, its rows looked at, its history thinned.
struct Care {
    /// When the write-ahead log is moved into the file.
    var checkpointAt: BootTime?
    /// The look at everything in the file that goes on; nil: none does.
    var inspection: JournalInspection?
    var inspectionAt: BootTime?
    /// How far the thinning of what is too old has come; nil: none goes on.
    var aging: Aging?
    var agingAt: BootTime?
    /// When it is seen whether there is room enough.
    var roomAt: BootTime?
    /// When it is seen whether the directory is still the one that was opened.
    var placeAt: BootTime?
    /// When `historyFrom` and `daysLeft` are reckoned anew.
    var figuresAt: BootTime?
    /// The time of the oldest event that is kept; nil: there is none, or it is not known.
    var historyFrom: WallTime?
    /// Days until the file is full at the last day's rate; nil: that cannot be said.
    var daysLeft: Int?
    /// Up to which number the log was thinned for want of room.
    var thinnedForRoom: Int64 = 0
    /// Whether anything before that may have been settled or closed since it was passed over.
    var isSettledSinceThinning = false
    /// When each target was last told of a loss, and which have answered since.
    var lossToldAt: [TargetID: BootTime] = [:]
    var answered: Set<TargetID> = []

    struct Aging {
        /// The last number that was looked at.
        var cursor: Int64 = 0
        /// Events below this key are too old.
        let below: Int64
    }

    /// After a burst of commits it is quiet for so long before the log is moved.
    private static let checkpointDelay = Duration.milliseconds(500)
    /// Between two slices of what nobody waits for.
    static let pause = Duration.milliseconds(10)
    /// Between two looks at everything, and between two thinnings.
    static let day = Duration.seconds(86_400)
    static let placeInterval = Duration.seconds(20)
    static let figuresInterval = Duration.seconds(60)

    var deadlines: [BootTime?] { [checkpointAt, roomAt, inspectionAt, agingAt, placeAt, figuresAt] }

    /// A file was opened: it is looked at, and thinned, from now on.
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

    /// No file is open.
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
