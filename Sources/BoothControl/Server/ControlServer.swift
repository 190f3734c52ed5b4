// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Synchronization

/// The agent's control socket: Varlink on a Unix socket, served by a thread of its own.
///
/// No client slows another or the agent: nothing here waits for one, and what it leaves unread is bounded.
package final class ControlServer: Sendable {
    /// How much the server takes on before it drops clients.
    package struct Limits: Sendable {
        /// Most clients at a time; another takes the place of the oldest that asks nothing, or is refused.
        package var clients = 64
        /// Most of them that follow events: what is left is for calls that end.
        package var followers = 48
        /// So many of both numbers are for root and the agent's own user alone.
        package var kept = 8
        /// Whether a client is one of those two.
        package var isOwn: @Sendable (Caller) -> Bool = { $0.isRoot || $0.credentials.uid == geteuid() }
        /// A client that has read nothing of its answer for so long may lose its place to another.
        package var unreadPatience = Duration.seconds(5)
        /// Most bytes that a follower of events may leave unread before it is dropped.
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

    /// Where the socket is; 107 bytes at most.
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
    ///   - call: called on the control thread for each call of a client. It must not block; the replier may be
    ///     answered there, or later from any thread.
    ///   - ended: called on the control thread with the number of a call that was answered with `lent` or `testing`: nobody
    ///     has what it gave any more. Once for each.
    /// - Throws: `SystemError` when the process has no descriptor left.
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

    /// Makes the socket and begins to serve; once.
    ///
    /// - Throws: `SystemError`: `EADDRINUSE` where another agent answers on the path, `EEXIST` where a file that is no
    ///   socket is there, or as mkdir(2), bind(2) and pthread_create(3) fail.
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

    /// Shows a recorded event to those who follow; from any thread, never blocks.
    ///
    /// The caller publishes after the event is recorded and in the order of `key`: then an answer to
    /// `ControlCall.events` made before holds nothing newer, and followers see no gap and no event twice.
    /// Before `start`, and where it failed, nobody can follow and nobody takes letters: the event is dropped.
    package func publish(_ event: String, key: Int64) {
        guard running.withLock({ $0 != nil }) else { return }
        mailbox.post(.published(RecentEvent(key: key, json: event)))
    }

    /// Whether there is a thread that serves.
    package var isRunning: Bool { running.withLock { $0 != nil } }

    /// Asks the thread, which has to run, to prove that it goes round; never blocks.
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
