// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Carries a target's shipments and brings back the results; one conforming type for each kind of endpoint.
///
/// It knows connections, requests and the form of answers. `Courier` and `TaskFetcher` decide what is sent when, and
/// what follows from an answer. The target's thread makes and uses it. Only `turn` waits. Releasing it ends everything
/// under way.
protocol Transport: AnyObject {
    /// Does what is due: closes old connections, and sends an overdue press again on another one.
    ///
    /// - Parameter mayRepeat: whether a press may be sent again; false while the platform asked for a pause.
    func advance(at now: BootTime, mayRepeat: Bool)

    /// Begins a shipment. If it cannot begin, the next `turn` returns the failure.
    func send(_ shipment: Shipment)

    /// Cancels a shipment: no result comes for it. Whether the platform received it stays unknown.
    func cancel(_ shipment: Shipment.Number)

    /// Asks for tasks; only if no earlier request is under way.
    func ask(_ question: TaskQuestion)

    /// Waits once for whatever comes first, and processes it.
    ///
    /// - Parameters:
    ///   - now: the time of the last `advance`. Whatever fell due after it is due at once.
    ///   - descriptor: the mailbox's descriptor, to wait for too.
    ///   - deadline: the caller's; nil: none. The call may return earlier without a reason.
    /// - Returns: the results; each shipment and each request once.
    func turn(after now: BootTime, waitingFor descriptor: CInt, until deadline: BootTime?) -> [Arrival]
}

/// A result that a transport brings.
enum Arrival {
    /// The result of a shipment. `span`: from the open connection to the whole answer; nil: there was no answer.
    case verdict(Shipment.Number, Verdict, span: Duration?)
    /// The result of the request for tasks.
    case tasks(TaskVerdict)
}

/// A step for the target's thread; steps are carried out in their order.
enum Step {
    case report(UplinkReport)
    case send(Shipment)
    case cancel(Shipment.Number)
    case ask(TaskQuestion)
}
