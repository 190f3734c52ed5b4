// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

/// A walk test: collects its steps and shows them.
struct WalkTest {
    /// One activation and its progress.
    struct Press {
        let number: Int
        let point: PointID
        let name: String
        let targets: [TargetID]
        var count = 1
        var recorded: Double?
        var isHeldInMemory = false
        var sent: [TargetID: Double] = [:]
        var accepted: [TargetID: (milliseconds: Double?, ticket: String?)] = [:]
        var rejected: [TargetID: String] = [:]

        /// Whether no further step is expected.
        var isSettled: Bool {
            (recorded != nil || isHeldInMemory) && targets.allSatisfy { accepted[$0] != nil || rejected[$0] != nil }
        }

        /// Whether it was recorded and accepted by every target.
        var isGood: Bool { recorded != nil && targets.allSatisfy { accepted[$0] != nil } }
    }

    private(set) var points: [TestStep.Point] = []
    private(set) var seconds = 0
    private(set) var presses: [Press] = []
    /// Whether the agent has ended it.
    private(set) var isOver = false

    /// - Returns: the press that this step completes; nil for any other step.
    mutating func apply(_ step: TestStep) -> Press? {
        switch step.stage {
        case .begin: (points, seconds) = (step.points ?? [], step.seconds ?? 0)
        case .end: isOver = true
        case .edge:
            guard let number = step.press, let point = step.point else { return nil }
            presses.append(
                Press(number: number, point: point, name: step.name ?? point.rawValue, targets: step.targets ?? []))
        default:
            guard let index = presses.firstIndex(where: { $0.number == step.press }) else { return nil }
            let wasSettled = presses[index].isSettled
            presses[index].apply(step)
            return presses[index].isSettled && !wasSettled ? presses[index] : nil
        }
        return nil
    }

    /// Tested points without an activation.
    var untested: [TestStep.Point] {
        let seen = Set(presses.map(\.point))
        return points.filter { !seen.contains($0.point) }
    }

    /// Whether each press succeeded. For a test of one point, there must be a press.
    func isGood(ofOnePoint: Bool) -> Bool {
        presses.allSatisfy(\.isGood) && !(ofOnePoint && presses.isEmpty)
    }
}

extension WalkTest.Press {
    fileprivate mutating func apply(_ step: TestStep) {
        switch (step.stage, step.target) {
        case (.again, _): count = step.count ?? count.clampedSum(1)
        case (.recorded, _):
            recorded = step.milliseconds
            isHeldInMemory = false
        case (.unrecorded, _): isHeldInMemory = true
        case (.sent, let target?): sent[target] = sent[target] ?? step.milliseconds
        case (.accepted, let target?): accepted[target] = (step.milliseconds, step.ticket)
        case (.rejected, let target?): rejected[target] = step.reason ?? ""
        default: break
        }
    }
}

extension Screens {
    /// What is tested, for how long, and the header of the lines below.
    func heading(of test: WalkTest) -> String {
        let minutes = test.seconds / 60
        let points = test.points.count
        return words(
            "步行测试：\(points) 个点位，最长 \(minutes) 分钟；请逐个触发，Ctrl-C 结束。其间的动作都标为测试。\n",
            "walk test of \(points.counted("point")), \(minutes) minutes at most: press each; Ctrl-C ends it. "
                + "All that is pressed meanwhile is marked as a test.\n")
    }

    /// `1  help-1  门口求助按钮  recorded 3.1 ms  police: sent 4.0 ms, accepted 12.5 ms JQ20261121-0007`
    func line(of press: WalkTest.Press, in test: WalkTest) -> String {
        let widest = test.points.map(\.point.rawValue.displayWidth).max() ?? 0
        let widestName = test.points.map(\.name.printable.displayWidth).max() ?? 0
        var parts = [
            String(press.number).padded(to: 2), press.point.rawValue.printable.padded(to: widest),
            press.name.printable.padded(to: widestName), recorded(press),
        ]
        parts += press.targets.map { way(of: press, to: $0) }
        if press.targets.isEmpty { parts.append(words("只作记录", "a record only")) }
        if press.count > 1 { parts.append("×\(press.count)") }
        return parts.joined(separator: "  ").printable
    }

    private func recorded(_ press: WalkTest.Press) -> String {
        if let time = press.recorded { return words("落盘 ", "recorded ") + span(time) }
        return press.isHeldInMemory
            ? words("未落盘：磁盘拒绝写入", "not recorded: the disk refuses") : words("未落盘", "not recorded")
    }

    private func way(of press: WalkTest.Press, to target: TargetID) -> String {
        var steps: [String] = []
        if let time = press.sent[target] { steps.append(words("发出 ", "sent ") + span(time)) }
        if let (time, ticket) = press.accepted[target] {
            let reached = time.map(span) ?? ""
            steps.append(
                words("受理 ", "accepted ") + [reached, ticket ?? ""].filter { !$0.isEmpty }.joined(separator: " "))
        } else if let reason = press.rejected[target] {
            steps.append(words("拒收：\(reason)", "rejected: \(reason)"))
        } else {
            steps.append(words("未受理", "not accepted"))
        }
        return target.rawValue + words("：", ": ") + steps.joined(separator: words("、", ", "))
    }

    private func span(_ milliseconds: Double) -> String {
        let tenths = Int(clamping: (milliseconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }

    /// What succeeded, and which points nobody pressed.
    func summary(of test: WalkTest) -> String {
        let good = test.presses.filter(\.isGood).count
        let tested = test.points.count - test.untested.count
        var text = words(
            "已测 \(tested) 个点位，共 \(test.points.count) 个；\(test.presses.count) 次动作，\(good) 次全程到达\n",
            "\(tested) of \(test.points.count.counted("point")) tested; "
                + "\(test.presses.count.counted("activation")), \(good) went the whole way\n")
        guard !test.untested.isEmpty else { return text }
        text += words("没有测到：\n", "not tested:\n")
        for point in test.untested { text += "  \(point.point)  \(point.name)".printable + "\n" }
        return text
    }
}
