// SPDX-License-Identifier: Apache-2.0

/// The interfaces of the control socket, as `varlinkctl introspect` shows them.
package enum AgentInterface {
    /// The prefix of the methods' names.
    package static let name = "cn.boothd.Agent"
    /// The interface that every Varlink service has (varlink.org/Service).
    package static let serviceName = "org.varlink.service"

    /// The interface's description in Varlink's language; nil if the agent does not have the interface.
    package static func description(of interface: String) -> String? {
        switch interface {
        case name: agent
        case serviceName: service
        default: nil
        }
    }

    static let agent = """
        # The agent of an unstaffed booth: what it senses, what is open, what it has not delivered.
        # Keys may be added; none is taken away. docs/control.md says what each means.
        interface cn.boothd.Agent

        # state: normal, active, short, cut, unknown. quality: good, stale, fault.
        # since, last_active: RFC 3339 with offset, null where the clock was not trusted.
        # untested: it has not been active for so long that somebody should try it.
        type Point (
          id: string,
          kind: string,
          name: string,
          state: string,
          value: ?int,
          quality: string,
          since: ?string,
          last_active: ?string,
          untested: bool
        )

        # state: ok, retrying, refused.
        type Target (
          id: string,
          state: string,
          queued: int,
          rejected: int,
          last_error: ?string,
          last_error_zh: ?string
        )

        # device: modbus:BUS, modbus:BUS/UNIT, gpio:CHIP and so on. code: a word for machines, such as silent or echo.
        type Fault (device: string, code: string, message: string, message_zh: string)

        # delivery: queued, sent, accepted, rejected.
        # handed_over: others have it in its place, it is told no more.
        type Ticket (target: string, delivery: string, ticket: ?string, handed_over: bool)

        # by: a target's id, local:USER, or boothd.
        type Mark (by: string, at: ?string)

        # state: dispatched, handled. note: what the platform said to it.
        type Step (state: string, by: string, at: ?string, note: ?string)

        # state: raised, accepted, dispatched, handled, closed.
        type Incident (
          incident: string,
          category: string,
          class: string,
          priority: int,
          count: int,
          state: string,
          point: ?string,
          device: ?string,
          missed: ?int,
          test: bool,
          opened: ?string,
          restored: bool,
          restored_at: ?string,
          accepted: ?string,
          acknowledged: ?Mark,
          handovers: int,
          escalations: int,
          steps: []Step,
          outcome: ?string,
          closed: ?string,
          by: ?string,
          targets: []Ticket
        )

        type QueuedEvent (
          id: string,
          type: string,
          incident: ?string,
          sequence: string,
          delivery: string,
          attempts: int,
          reason: ?string
        )

        type TargetQueue (target: string, queued: int, rejected: int, items: []QueuedEvent)

        # Whether officers are in. cause: schedule, closed, armed, disarmed, clock.
        # until: when that changes unless something happens; null where it is not known.
        type Attendance (attended: bool, cause: string, until: ?string)

        # state: starting, in-service, degraded.
        method GetStatus() -> (
          booth: string,
          name: string,
          state: string,
          in_service: bool,
          reasons: []string,
          reasons_zh: []string,
          hints: []string,
          hints_zh: []string,
          boot_id: string,
          version: string,
          uptime_s: int,
          clock: (state: string),
          time_zone: string,
          attendance: ?Attendance,
          storage: (state: string, bytes: int, limit: int, history_from: ?string, days_left: ?int),
          points: []Point,
          open: int,
          targets: []Target,
          faults: []Fault
        )

        # How a Modbus unit has answered since the agent started.
        # state: unknown, answering, missing (a poll without an answer), silent (lost).
        # Round trips are of some thousand answers lately, in milliseconds; absent before the first.
        type Unit (
          bus: string,
          unit: int,
          state: string,
          requests: int,
          timeouts: int,
          crc: int,
          exceptions: int,
          round_trip_p50_ms: ?float,
          round_trip_p99_ms: ?float
        )

        method ListPoints() -> (points: []Point, units: []Unit)

        # One incident; or those that are not closed; or all.
        method ListIncidents(incident: ?string, all: ?bool) -> (incidents: []Incident)

        method GetQueue() -> (targets: []TargetQueue)

        # With more: one reply for each event, first the newest ones of the journal, then each as it happens.
        # Without: one reply with the newest ones in events.
        method FollowEvents() -> (event: ?object, events: ?[]object)

        # Only with more: closes the bus for the caller, who then has it until the connection ends.
        # line: where the caller takes the bus to be, a path or HOST:PORT; refused where the agent has it elsewhere.
        method LendBus(bus: string, line: ?string) -> (lent: bool)

        # One read of a unit, made between two polls.
        # table: coil, discrete-input, input-register, holding-register. address: from 0. count: 1 where it is absent.
        # line: as of LendBus.
        method ReadModbus(
          bus: string,
          unit: int,
          table: string,
          address: int,
          count: ?int,
          line: ?string
        ) -> (values: []int)

        # period: day, week (from Monday), month. date: one that belongs to it, 2026-11-21; today where it is absent.
        # docs/reports.md says what the report's keys mean.
        method GetReport(period: string, date: ?string) -> (report: object)

        # The hash that covers an event and all before it, and the number of that event.
        type ChainHead (head: string, events: int)

        # An event of the journal: its number, from 1, and when it was made.
        type RecordedEvent (event: int, time: string)

        # Whether the journal is what was recorded: all that is kept with full, else what came since the last daily
        # report. It may take a minute; nobody waits for it.
        # problem: changed, missing, contradicted (a daily report told of another hash), unreadable; null: none.
        # at: the number of the event that it is wrong with. head: of the newest event that is well.
        # reports: how many heads that daily reports told are those of the chain; reported: the newest of them.
        method Verify(full: ?bool) -> (
          full: bool,
          intact: bool,
          problem: ?string,
          at: ?int,
          oldest: ?RecordedEvent,
          newest: ?RecordedEvent,
          checked: int,
          head: ChainHead,
          reports: int,
          reported: ?ChainHead
        )

        # The methods from here on are for root, the agent's own user and group booth-operator. Who calls is kept.
        # An answer means that it is on disk.

        # Somebody in the booth has seen it.
        method Acknowledge(incident: string) -> (incident: Incident)

        # outcome: how it ended, 1 to 1000 characters on one line.
        method Close(incident: string, outcome: string) -> (incident: Incident)

        # Nobody is in, whatever the schedule says, until its present attendance would have ended.
        method Arm() -> (attendance: Attendance)

        # Somebody is in, until then, RFC 3339 with offset, 7 days ahead at most.
        # Without: until the schedule next changes, 12 hours at most.
        method Disarm(until: ?string) -> (attendance: Attendance)

        # Offers an event again to the targets that refused it, or all such events; exactly one of the two.
        # With all, what merely waits is tried at once too, though not before the end of a platform's Retry-After.
        method Retry(id: ?string, all: ?bool) -> (targets: [](target: string, events: int))

        type TestPoint (point: string, name: string)

        # Only with more: a walk test of one point or of all, until the connection ends, 10 minutes at most.
        # What is activated meanwhile is a test to everybody. One reply for each step.
        # stage: begin, edge, repeat, recorded, unrecorded, sent, accepted, rejected, end.
        # press: which activation, from 1. ms: since its edge. targets: who is to hear of it.
        method Test(point: ?string) -> (
          stage: string,
          press: ?int,
          point: ?string,
          name: ?string,
          incident: ?string,
          count: ?int,
          targets: ?[]string,
          target: ?string,
          ticket: ?string,
          reason: ?string,
          ms: ?float,
          points: ?[]TestPoint,
          seconds: ?int,
          untested: ?[]TestPoint
        )

        error NoSuchIncident (incident: string)

        # It has ended: nothing more is done about it.
        error IncidentClosed (incident: string)

        # No target has refused that event.
        error NoSuchEvent (id: string)

        # The configuration has no such point.
        error NoSuchPoint (point: string)

        # The agent cannot answer now.
        error Unavailable (reason: string, reason_zh: string)

        # As many clients as the agent takes are connected, which it says before any call, or follow events.
        error TooManyClients (reason: string, reason_zh: string)

        # code: silent, garbled, echo, exception-N, lost, not-open.
        error ReadFailed (code: string, reason: string, reason_zh: string)

        """

    static let service = """
        # What every Varlink service answers about itself.
        interface org.varlink.service

        method GetInfo() -> (vendor: string, product: string, version: string, url: string, interfaces: []string)

        method GetInterfaceDescription(interface: string) -> (description: string)

        error InterfaceNotFound (interface: string)

        error MethodNotFound (method: string)

        error MethodNotImplemented (method: string)

        error InvalidParameter (parameter: string)

        error PermissionDenied ()

        """
}
