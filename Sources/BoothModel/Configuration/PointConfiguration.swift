// SPDX-License-Identifier: Apache-2.0

/// A point, `[[point]]`: an input and what it means.
package struct PointConfiguration: Sendable, Hashable {
    /// Where the input is read.
    package enum Source: Sendable, Hashable {
        case gpio(GPIOSource)
        case modbus(ModbusSource)
    }

    /// Used by no other point.
    package var id: PointID
    package var kind: PointKind
    /// For people; the id if the configuration gives no name.
    package var name: String
    package var source: Source
    /// How long a level must hold before it counts.
    package var debounce: Duration
    /// How a register of a supervised loop is read; nil for a plain input.
    package var loop: LoopBands?
    /// What it raises: the kind's default with the point's own keys over it; nil: the kind raises nothing.
    package var classification: Classification?
    /// `[rules]` with the point's own keys over it.
    package var rules: RuleSettings

    package init(
        id: PointID, kind: PointKind, name: String? = nil, source: Source, debounce: Duration, loop: LoopBands? = nil,
        classification: Classification?, rules: RuleSettings = RuleSettings()
    ) {
        self.id = id
        self.kind = kind
        self.name = name ?? id.rawValue
        self.source = source
        self.debounce = debounce
        self.loop = loop
        self.classification = classification
        self.rules = rules
    }

    /// The register whose increments are its activations, as `ModbusSource.register` names it; nil for any other input.
    package var countingRegister: String? {
        guard case .modbus(let source) = source, source.counter else { return nil }
        return source.register
    }

    /// Longer than a contact bounces, and shorter than any press.
    package static let defaultGPIODebounce = Duration.milliseconds(10)
    /// None: a module debounces its inputs, and a poll is longer than a bounce.
    package static let defaultModbusDebounce = Duration.zero
    /// From one poll of a Modbus source to the next.
    package static let defaultPoll = Duration.milliseconds(200)
}

/// The bands of a supervised loop's raw value, each within 0...65535. They do not overlap.
package struct LoopBands: Sendable, Hashable {
    /// nil: the loop cannot tell a bridge from normal.
    package var short: ClosedRange<Int>?
    package var normal: ClosedRange<Int>
    package var alarm: ClosedRange<Int>
    /// nil: the loop cannot tell a cut from an alarm.
    package var cut: ClosedRange<Int>?
    /// How far inside another band a value must be to end a state that is not normal; 0: at the band's edge.
    package var hysteresis = 0

    package init(
        short: ClosedRange<Int>?, normal: ClosedRange<Int>, alarm: ClosedRange<Int>, cut: ClosedRange<Int>?
    ) {
        self.short = short
        self.normal = normal
        self.alarm = alarm
        self.cut = cut
    }

    /// The state of `value`; nil: it is in no band.
    package func state(of value: Int) -> PointState? {
        if normal.contains(value) { return .normal }
        if alarm.contains(value) { return .active }
        if short?.contains(value) == true { return .short }
        if cut?.contains(value) == true { return .cut }
        return nil
    }

    /// The state of `value`, for a loop that was in state `last`. A normal state ends at the edge of another band. Any
    /// other state ends only `hysteresis` inside the next band. So a value between two bands opens one incident and not
    /// a hundred.
    ///
    /// Only the edge that the value has crossed is moved, at most to the middle of the band.
    ///
    /// - Returns: nil if the value is in no band.
    package func state(of value: Int, after last: PointState) -> PointState? {
        guard let state = state(of: value), state != last, let here = band(of: state) else { return state(of: value) }
        guard last != .normal, let left = band(of: last) else { return state }
        let margin = min(hysteresis, (here.upperBound - here.lowerBound) / 2)
        let isInside =
            left.upperBound < here.lowerBound
            ? value >= here.lowerBound + margin : value <= here.upperBound - margin
        return isInside ? state : last
    }

    private func band(of state: PointState) -> ClosedRange<Int>? {
        switch state {
        case .normal: normal
        case .active: alarm
        case .short: short
        case .cut: cut
        case .unknown: nil
        }
    }
}

/// An output, `[[output]]`.
package struct OutputConfiguration: Sendable, Hashable {
    /// What makes the output active.
    package enum Shows: String, Sendable, CaseIterable {
        /// How far help has come, for the person who pressed.
        case help
        /// That the agent needs a technician.
        case fault
        /// What a platform's task ordered. It shows nothing of the agent's own.
        case task
    }

    /// Where the output is written.
    package enum Sink: Sendable, Hashable {
        case gpio(GPIOSource)
        /// A coil or a holding register; `poll` and `bit` do not apply.
        case modbus(ModbusSource)
    }

    /// Used by no other output.
    package var id: String
    package var shows: Shows
    package var sink: Sink

    package init(id: String, shows: Shows, sink: Sink) {
        self.id = id
        self.shows = shows
        self.sink = sink
    }
}
