// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Synchronization

/// The agent's control socket: Varlink on a Unix socket, served by its own thread.
///
/// No client slows another client or the agent: the thread never waits for a client, and unread output is limited.
package final class ControlServer: Sendable {
    /// The limits after which the server drops clients.
    package struct Limits: Sendable {
        /// The most clients at a time. For another one, the oldest without a call is dropped, or the new one is
        /// refused.
        package var clients = 64
        /// The most clients that follow events. The other places are for calls that end.
        package var followers = 48
        /// How many places of both kinds are reserved for root and the agent's own user.
        package var kept = 8
        /// Whether a client is root or the agent's own user.
        package var isOwn: @Sendable (Caller) -> Bool = { $0.isRoot || $0.credentials.uid == geteuid() }
        /// A client that has read nothing of its answer for this long may be dropped for another.
        package var unreadPatience = Duration.seconds(5)
        /// The most unread bytes of a follower before it is dropped.
        package var unreadBytes = 4 << 20

        package init() {}
    }

    enum Letter: Sendable {
        case answer(client: Int, serial: Int, ControlAnswer)
        case told(client: Int, serial: Int, TestStep)
        case published(RecentEvent)
        case prove(Pulse)
        case stop
    }

    private struct Running: Sendable {
        var listener: ListeningSocket
        var thread: WorkerThread
    }

    /// The path of the socket; 107 bytes at most.
    package let path: String
    private let version: String
    private let limits: Limits
    private let call: @Sendable (ControlCall, ControlReplier) -> Void
    private let ended: @Sendable (Int) -> Void
    let mailbox: Mailbox<Letter>
    private let running = Mutex<Running?>(nil)

    /// - Parameters:
    ///   - path: of the socket, 107 bytes at most.
    ///   - version: the agent's, for `GetInfo`.
    ///   - call: called on the control thread for each call of a client. It must not block. The replier may be used
    ///     there, or later from any thread.
    ///   - ended: called on the control thread when the client of a call that was answered with `lent` or `testing` is
    ///     gone; gets the call's number, once.
    /// - Throws: `SystemError` if the process has no descriptor left.
    package init(
        path: String, version: String, limits: Limits = Limits(),
        call: @escaping @Sendable (ControlCall, ControlReplier) -> Void,
        ended: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(SystemError) {
        self.path = path
        self.version = version
        self.limits = limits
        self.call = call
        self.ended = ended
        mailbox = try Mailbox()
    }

    /// Makes the socket and begins to serve; call it once.
    ///
    /// - Throws: `SystemError`: `EADDRINUSE` if another agent answers on the path, `EEXIST` if another kind of file is
    ///   there, or as mkdir(2), bind(2) and pthread_create(3) fail.
    package func start() throws(SystemError) {
        let listener = try ListeningSocket(path: path)
        let begun = try Mailbox<SystemError?>()
        do throws(SystemError) {
            let thread = try WorkerThread(name: "control") { self.serve(listener, begun) }
            if let first = begun.wait(milliseconds: 5000).first, let failure = first { throw failure }
            running.withLock { $0 = Running(listener: listener, thread: thread) }
        } catch {
            listener.remove()
            throw error
        }
    }

    /// Sends a recorded event to the followers; from any thread, never blocks.
    ///
    /// Publish an event after it is recorded, and in the order of `key`. Then an answer to `ControlCall.events` that
    /// was made before holds nothing newer, and followers see no gap and no event twice. If the server does not run,
    /// the event is dropped.
    package func publish(_ event: String, key: Int64) {
        guard running.withLock({ $0 != nil }) else { return }
        mailbox.post(.published(RecentEvent(key: key, json: event)))
    }

    /// Whether the thread serves.
    package var isRunning: Bool { running.withLock { $0 != nil } }

    /// Asks the thread for a sign of life. The thread must run. Never blocks.
    package func prove(_ pulse: Pulse) {
        mailbox.post(.prove(pulse))
    }

    /// Ends every connection and removes the socket; waits for the thread, 2 s at most.
    package func stop() {
        guard let running = running.withLock({ $0.take() }) else { return }
        running.listener.remove()
        mailbox.post(.stop)
        running.thread.join(milliseconds: 2000)
    }

    private func serve(_ listener: ListeningSocket, _ begun: Mailbox<SystemError?>) {
        do throws(SystemError) {
            let thread = try ControlThread(
                listener: listener, limits: limits, mailbox: mailbox, ended: ended,
                answer: { [version, mailbox, call] in
                    Self.answer($1, of: $0, serial: $2, version: version, mailbox: mailbox, call: call)
                })
            begun.post(nil)
            thread.run()
        } catch {
            begun.post(error)
        }
    }

    private static func answer(
        _ request: VarlinkCall, of client: Client, serial: Int, version: String, mailbox: Mailbox<Letter>,
        call: @Sendable (ControlCall, ControlReplier) -> Void
    ) {
        switch request.request {
        case .success(.agent(let asked)):
            let number = client.number
            let isAllowed = !asked.needsAuthority || client.caller.mayAct()
            let replier = ControlReplier(
                number: serial, caller: client.caller, officer: asked.needsAuthority ? client.caller.officer : nil,
                tell: { mailbox.post(.told(client: number, serial: serial, $0)) },
                send: { mailbox.post(.answer(client: number, serial: serial, $0)) })
            if isAllowed { call(asked, replier) } else { replier.answer(.refused(.permissionDenied)) }
        case .success(.serviceInfo) where !request.oneway:
            client.reply(VarlinkReply.serviceInfo(version: version))
        case .success(.interfaceDescription(let interface)) where !request.oneway:
            client.reply(VarlinkReply.description(of: interface))
        case .failure(let error) where !request.oneway:
            client.reply(VarlinkReply.error(error))
        case .success, .failure: break
        }
    }
}
