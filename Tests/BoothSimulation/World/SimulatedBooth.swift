// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// The core with models of everything around it. It plays the shell: makes inputs of what happens, carries effects out,
/// keeps the time; it decides nothing that the core decides.
package final class SimulatedBooth {
    let plan: BoothPlan
    let seed: UInt64
    /// The core of the process that runs; in a box, since to look into an optional would copy it.
    var process: Process?
    /// Whether a process runs.
    private(set) var isAlive = false
    var now: Int64 = 0
    var clock = WorldClock()
    var contacts: Contacts
    var journal: ModelJournal
    var targets: [ModelTarget]
    var people = People()
    package internal(set) var judge: Judge
    package internal(set) var tally = Tally()

    /// What becomes of effects before anybody sees them: tests of the judge plant faults here.
    private let change: (([Effect]) -> [Effect])?

    /// What waits for the core, oldest first.
    private var mailbox: [Input] = []
    private var read = 0
    /// Questions that the journal was asked, by number.
    private var questions: [Int: Question] = [:]
    private var asked = 0
    /// How the process ends, and after how many effects.
    private var doom: (ending: Step.Ending, effects: Int)?
    var opening = Step.Opening.ready
    /// Until then the board has no power.
    private var darkUntil: Int64?
    /// What the clock says after it.
    private var rtc = Step.RTC.right
    /// When the clock is synchronised after a start without it.
    private var synchronisedAt: Int64?
    private var wantsRestart = false
    /// How late the core gets its turn.
    private var lateness: Int64 = 0
    /// So many wake-ups more are spent on a lamp that blinks.
    private var blinks = 0
    /// When the core has something to do, in world time: with a lamp that blinks, and without. To ask it each time would
    /// copy it.
    private var deadlines = (all: Int64.max, duties: Int64.max)
    private var runs = 0
    /// When the core is weighed next.
    private var weighedAt: Int64 = 0
    private var standstill = 0

    final class Process {
        var core: BoothCore

        init(_ core: BoothCore) { self.core = core }
    }

    private enum Question {
        case token(Token)
        case file(JournalQuestion)
        case report(ReportOrder)
    }

    package init(_ plan: BoothPlan, seed: UInt64, changing change: (([Effect]) -> [Effect])? = nil) {
        self.plan = plan
        self.change = change
        self.seed = seed
        contacts = Contacts(plan.configuration.points)
        journal = ModelJournal(targets: plan.configuration.targets.map(\.id))
        targets = plan.configuration.targets.map(ModelTarget.init)
        judge = Judge(plan)
    }

    // MARK: Living

    /// Lives through a history and the quiet days after it.
    ///
    /// - Returns: whether nothing was found wrong.
    package func live(_ steps: [TimedStep], until end: Int64) -> Bool {
        clock.boot(at: now)
        start()
        for timed in steps {
            advance(to: timed.at)
            guard judge.findings.isEmpty else { return false }
            tally.note(timed.step)
            weigh()
            perform(timed.step)
            settle()
            guard judge.findings.isEmpty else { return false }
        }
        advance(to: end)
        comeToRest()
        return judge.findings.isEmpty
    }

    /// Every ten days the core is weighed.
    private func weigh() {
        guard now >= weighedAt, let process else { return }
        weighedAt = now + 10 * 86_400_000_000_000
        judge.weigh(process.core, recorded: journal.file.incidents.count + journal.pending.count)
    }

    /// Everything is well from now on: whatever waits must go.
    private func comeToRest() {
        doom = nil
        journal.disk = .well
        clock.isSynchronised = true
        clock.skewMilliseconds = 0
        for index in targets.indices { targets[index].recover(at: now) }
        for device in contacts.lost.sorted(by: { $0.rawValue < $1.rawValue }) {
            perform(.device(device, isLost: false))
            settle()
        }
        if people.test != nil { perform(.hangUp) }
        advance(to: now + 2 * 86_400_000_000_000)
        guard judge.findings.isEmpty, isAlive else { return }
        journal.flush()
        judge.end(journal, targets)
        if let process { judge.weigh(process.core, recorded: journal.file.incidents.count + journal.pending.count) }
    }

    /// Lets time pass, deadline by deadline.
    func advance(to end: Int64) {
        while judge.findings.isEmpty, let next = nextInstant, next <= end {
            standstill = next > now ? 0 : standstill + 1
            now = max(now, next)
            guard standstill < 1000 else { return judge.note("time stands still") }
            serve()
        }
        now = max(now, end)
    }

    private var nextInstant: Int64? {
        if let darkUntil { return darkUntil }
        var next = Int64.max
        if let synchronisedAt { next = min(next, synchronisedAt) }
        next = min(next, coreInstant)
        if let instant = journal.nextInstant { next = min(next, instant) }
        for index in targets.indices { if let instant = targets[index].nextInstant { next = min(next, instant) } }
        return next == .max ? nil : next
    }

    /// When the core wants to be told the time.
    private var coreInstant: Int64 { blinks > 0 ? deadlines.all : deadlines.duties }

    private func noteDeadlines() {
        guard isAlive else {
            deadlines = (.max, .max)
            return
        }
        let (all, duties) = process?.core.deadlines(withBlinks: blinks > 0) ?? (nil, nil)
        deadlines.duties = duties.map { clock.world(at: $0) } ?? .max
        deadlines.all = all.map { clock.world(at: $0) } ?? .max
    }

    private func serve() {
        if let end = darkUntil {
            guard end <= now else { return }
            darkUntil = nil
            return powerOn()
        }
        if let instant = synchronisedAt, instant <= now {
            synchronisedAt = nil
            clock.isSynchronised = true
            clock.skewMilliseconds = 0
            post(.clockSet)
        }
        if let instant = journal.nextInstant, instant <= now { turnJournal() }
        for index in targets.indices {
            if let instant = targets[index].nextInstant, instant <= now {
                for report in targets[index].act(at: now) { post(.target(report)) }
            }
        }
        settle()
        guard isAlive, coreInstant <= now else { return }
        blinks = max(0, blinks - 1)
        feed(.time)
        settle()
    }

    // MARK: The mailbox

    func post(_ input: Input) { mailbox.append(input) }

    /// Lets the core take what waits for it.
    func settle() {
        var rounds = 0
        while isAlive, read < mailbox.count {
            let input = mailbox[read]
            read += 1
            rounds += 1
            guard rounds < 20_000 else { return judge.note("the core never rests") }
            feed(input)
            if wantsRestart { restart() }
        }
        mailbox.removeAll(keepingCapacity: true)
        read = 0
        if isAlive, doom != nil, case .stop = doom?.ending { end() }
    }

    func feed(_ input: Input) {
        guard isAlive else { return }
        if case .journal(.contents(let contents)) = input { clock.recall(syncedBoot: contents.memory.syncedBoot) }
        let moment = clock.moment(at: now)
        var effects = process?.core.apply(input, at: moment) ?? []
        if let change { effects = change(effects) }
        tally.inputs += 1
        judge.judge(input, effects, at: moment, lateness: lateness)
        for effect in effects {
            carryOut(effect)
            guard doom != nil, countDown() else { continue }
            return end()
        }
        noteDeadlines()
        turnJournal()
    }

    /// - Returns: whether the end has come.
    private func countDown() -> Bool {
        guard let left = doom?.effects, left != .max else { return false }
        doom?.effects = left - 1
        return left <= 1
    }

    /// The process gets no turn for so long.
    func stall(milliseconds: Int64) {
        let end = now + milliseconds * 1_000_000
        lateness = milliseconds * 1_000_000
        now = end
        serve()
        feed(.time)
        settle()
        lateness = 0
    }

    // MARK: Effects

    private func carryOut(_ effect: Effect) {
        switch effect {
        case .record(let entry):
            tally.note(entry)
            journal.record(entry) { self.judge.isHelp($0) }
            if !entry.events.isEmpty { blinks = 2 }
        case .afterRecording(let token): ask(.token(token), isToken: true)
        case .ask(let question): ask(.file(question), isToken: false)
        case .makeReport(let order): ask(.report(order), isToken: false)
        case .setStorageLimit: break
        case .fetch(let request, let target): journal.fetch(request, for: target)
        // How often something was sent is for people to see; nothing hangs on it.
        case .noteAttempt, .noteReturn: break
        case .sendStatus: break
        case .retryNow(let target): change(target) { $0.retryNow(at: now) }
        case .startTasks(let target, let cursor): change(target) { $0.startTasks(after: cursor, at: now) }
        case .nextTasks(let target): change(target) { $0.nextTasks(at: now) }
        case .drive, .lendBus, .takeBackBus, .readBus: break
        case .reply(let call, let answer): people.hear(answer, to: call)
        case .tell(let call, let step): people.hear(step, to: call)
        case .log, .ready, .showStatus, .keepConfiguration, .releaseMemory: break
        case .readConfiguration: post(.configurationRead(people.file))
        case .startOver: wantsRestart = true
        }
    }

    func change(_ target: TargetID, _ change: (inout ModelTarget) -> Void) {
        guard let index = targets.firstIndex(where: { $0.id == target }) else { return }
        change(&targets[index])
    }

    // MARK: The journal

    private func ask(_ question: Question, isToken: Bool) {
        asked += 1
        questions[asked] = question
        journal.ask(asked, isToken: isToken)
    }

    func turnJournal() {
        guard isAlive else { return }
        for word in journal.turn(at: now) { hear(word) }
    }

    private func hear(_ word: ModelJournal.Word) {
        switch word {
        case .recorded(let events):
            judge.recorded(events)
            post(.recorded(events.map(\.id), at: clock.elapsed(at: now)))
        case .report(let report): post(.journal(report))
        case .reached(let number, let isOnDisk):
            guard case .token(let token) = questions.removeValue(forKey: number) else { return }
            post(.reached(token, isOnDisk: isOnDisk))
        case .answer(let number): if let question = questions.removeValue(forKey: number) { answer(question) }
        case .batch(let target, let number, let batch):
            judge.handedOut(batch, to: target)
            change(target) { target in
                for report in target.take(batch, number: number, at: now) { post(.target(report)) }
            }
        }
    }

    private func answer(_ question: Question) {
        switch question {
        case .token: break
        case .report(let order):
            guard journal.isWell else { return post(.report(nil, order.purpose)) }
            var report = HistoryReport(order)
            report.apply(journal.file.closed)
            report.apply(journal.file.incidents.values.sorted { $0.id < $1.id })
            post(.report(report.report(isCapped: false, historyFrom: nil, chain: nil), order.purpose))
        case .file(let question): post(.answered(answer(question)))
        }
    }

    private func answer(_ question: JournalQuestion) -> JournalAnswer {
        let isWell = journal.isWell
        func incidents(_ id: EventID) -> [Incident]? {
            guard isWell else { return nil }
            return [journal.file.incidents[id] ?? journal.file.closed.last { $0.id == id }].compactMap(\.self)
        }
        switch question {
        case .recentEvents(_, let call): return .recentEvents(isWell ? [] : nil, call)
        case .incidents(let all, let call):
            return .incidents(isWell ? journal.file.incidents.values.sorted { $0.id < $1.id } : nil, all: all, call)
        case .incident(let id, let call): return .incident(id, incidents(id), call)
        case .refusedIncident(let id, let call): return .refusedIncident(id, incidents(id), call)
        case .queues(_, let call): return .queues([], call)
        case .verify(let full, let call): return .verified(isWell ? ChainFindings() : nil, full: full, call)
        case .retry(let event, let call):
            let back = journal.retry()
            if let back { judge.putBack(back) }
            return .retried(
                back?.map { JournalAnswer.PutBack(target: $0.target, event: $0.event) }, asked: event, call)
        case .incidentOf(let receipt, let target):
            return .incidentOf(receipt, from: target, journal.incident(of: receipt.id))
        }
    }

    // MARK: Starts and ends

    private func start() {
        runs += 1
        tally.starts += 1
        let contents = journal.open(opening, at: now)
        opening = .ready
        clock.begin(syncedBoot: contents?.memory.syncedBoot)
        let moment = clock.moment(at: now)
        var random = SeededRandom(seed: seed &+ UInt64(runs))
        process = Process(
            BoothCore(plan.configuration, .init(contents: contents, seed: random.next()), at: moment))
        isAlive = true
        judge.started(contents, at: moment)
        feed(.begin)
        for device in contacts.lost.sorted(by: { $0.rawValue < $1.rawValue }) { tell(device) }
        for point in plan.configuration.points { tell(point) }
        for index in targets.indices { for report in targets[index].start() { post(.target(report)) } }
        post(.inService)
        turnJournal()
        settle()
    }

    func doom(_ ending: Step.Ending) {
        switch ending {
        case .stop: doom = (ending, .max)
        case .crash(let effects, _), .powerCut(let effects, _, _, _): doom = (ending, effects)
        }
        // Whatever comes is the last thing, and it may be long in coming: a sign of life is due in ten minutes.
        if case .stop = ending { settle() }
    }

    /// The process ends as it is doomed to.
    private func end() {
        guard let ending = doom?.ending else { return }
        doom = nil
        switch ending {
        case .stop: stop()
        case .crash(_, let kept): die(kept: kept)
        case .powerCut(_, let seconds, let kept, let clock):
            die(kept: kept)
            darkUntil = now + Int64(seconds) * 1_000_000_000
            rtc = clock
            return
        }
        start()
    }

    private func stop() {
        feed(.time)
        feed(.stopping)
        die(kept: nil)
    }

    private func restart() {
        wantsRestart = false
        stop()
        start()
    }

    private func die(kept: Int?) {
        process = nil
        isAlive = false
        noteDeadlines()
        mailbox.removeAll(keepingCapacity: true)
        read = 0
        questions = [:]
        wantsRestart = false
        for index in targets.indices { targets[index].stop() }
        people.hangUp()
        judge.lost(journal.die(kept: kept))
        spoilAtEnd()
        judge.ended()
    }

    /// What the next start finds may be less than what was written.
    private func spoilAtEnd() {
        switch opening {
        case .ready, .late: break
        case .spoiled(let seed): judge.lost(journal.spoil(seed: seed))
        case .gone: judge.lost(journal.spoil(seed: 1, isGone: true))
        }
    }

    private func powerOn() {
        clock.boot(at: now)
        synchronisedAt = nil
        clock.isSynchronised = false
        clock.skewMilliseconds = 0
        switch rtc {
        case .right: clock.isSynchronised = true
        case .reset(let seconds):
            clock.skewMilliseconds = -(WorldClock.start + now / 1_000_000)
            synchronisedAt = now + Int64(seconds) * 1_000_000_000
        case .lost:
            clock.skewMilliseconds = -(WorldClock.start + now / 1_000_000)
            synchronisedAt = now + 2 * 86_400_000_000_000
        }
        start()
    }
}

extension BoothCore {
    /// When it wants to be told the time, with and without lamps that blink. Mutating so that it is not copied.
    fileprivate mutating func deadlines(withBlinks: Bool) -> (all: BootTime?, duties: BootTime?) {
        let duties = nextDuty
        return (withBlinks ? nextDeadline : duties, duties)
    }
}
