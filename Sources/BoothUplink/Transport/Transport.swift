// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What carries a target's shipments, and brings back what came of them: one conformer for each kind of endpoint.
///
/// It knows connections, requests, and the form of answers. What goes when, and what follows from an answer, is decided
/// by `Courier` and `TaskFetcher`. The target's thread makes it and uses it; only `turn` waits. Letting go of it ends
/// what is under way.
protocol Transport: AnyObject {
    /// Does what is due: closes what is old, sends a press again by another way.
    ///
    /// - Parameter mayRepeat: whether a press may go out again; not while the platform wants to be left alone.
    func advance(at now: BootTime, mayRepeat: Bool)

    /// Begins a shipment. What cannot even begin comes back from the next `turn`.
    func send(_ shipment: Shipment)

    /// Ends a shipment: nothing comes of it any more. What the platform made of it stays unknown.
    func cancel(_ shipment: Shipment.Number)

    /// Asks for tasks; never while an earlier question has no answer.
    func ask(_ question: TaskQuestion)

    /// Moves everything along, waiting once for whatever comes first.
    ///
    /// - Parameters:
    ///   - now: the instant that was acted on last. What fell due since then is due at once.
    ///   - descriptor: another one to wait for, the mailbox's.
    ///   - deadline: of the caller; nil: none. It may return earlier without a reason.
    /// - Returns: what came; each shipment and each question once.
    func turn(after now: BootTime, waitingFor descriptor: CInt, until deadline: BootTime?) -> [Arrival]
}

/// What a transport brings.
enum Arrival {
    /// What came of a shipment. `span`: from the moment its way was open to the whole answer; nil: there was none.
    case verdict(Shipment.Number, Verdict, span: Duration?)
    /// What came of the question for tasks.
    case tasks(TaskVerdict)
}

/// What the target's thread is to do next, in this order.
enum Step {
    case report(UplinkReport)
    case send(Shipment)
    case cancel(Shipment.Number)
    case ask(TaskQuestion)
}
