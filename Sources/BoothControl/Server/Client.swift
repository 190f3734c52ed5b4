// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc

/// One connection: what it sent, what it waits for, what it has not read yet. Used on the control thread only.
final class Client {
    /// How far the call that is being answered has come. Calls are answered one after the other.
    enum Activity {
        /// No call, or it is answered.
        case idle
        /// The daemon has it.
        case asked(serial: Int, oneway: Bool)
        /// The daemon is asked for the newest events; those published meanwhile wait behind them.
        case opening(serial: Int, meanwhile: [RecentEvent])
        /// Gets each event that is published, newer than this key.
        case following(after: Int64)
        /// Has a bus or a walk test, until the connection ends.
        case holding(serial: Int)
    }

    /// What the input holds next.
    enum Next {
        case call(VarlinkCall)
        case incomplete
        /// Too long, or not a call: the end of the connection.
        case broken
    }

    let number: Int
    let socket: CInt
    let caller: Caller
    var activity = Activity.idle
    private(set) var output = OutputBuffer()
    /// Since when it has read nothing of what waits for it; nil while nothing waits.
    private(set) var unreadSince: BootTime?
    private var input = MessageBuffer()
    /// The client writes no more, but may still read.
    private(set) var inputEnded = false

    init(number: Int, socket: CInt, caller: Caller) {
        self.number = number
        self.socket = socket
        self.caller = caller
    }

    deinit {
        close(socket)
    }

    /// Whether the next call may be taken: the one before is answered, and the answer gone.
    var isReady: Bool {
        guard case .idle = activity else { return false }
        return output.isEmpty
    }

    /// Whether it follows events, or is about to.
    var isFollower: Bool {
        switch activity {
        case .opening, .following: true
        case .idle, .asked, .holding: false
        }
    }

    /// Whether another may have its place: it asks nothing, or has left its answer unread for `patience`.
    func isDispensable(unreadFor patience: Duration, at now: BootTime) -> Bool {
        guard case .idle = activity else { return false }
        return output.isEmpty || unreadSince.map { now - $0 >= patience } == true
    }

    /// Sends as much of what waits as the client takes now.
    ///
    /// - Returns: false when it is gone.
    func flush() -> Bool {
        let before = output.count
        let isThere = output.flush(to: socket)
        if output.isEmpty {
            unreadSince = nil
        } else if unreadSince == nil || output.count < before {
            unreadSince = .now()
        }
        return isThere
    }

    /// Takes one read's worth.
    ///
    /// - Returns: false when the connection is broken.
    func read(into room: inout [UInt8]) -> Bool {
        let count = recv(socket, &room, room.count, 0)
        guard count >= 0 else {
            let code = errno
            return code == EAGAIN || code == EINTR
        }
        if count == 0 { inputEnded = true }
        input.append(room.prefix(count))
        return true
    }

    func next() -> Next {
        do {
            guard let message = try input.next() else { return .incomplete }
            return VarlinkCall(message).map(Next.call) ?? .broken
        } catch {
            return .broken
        }
    }

    func reply(_ text: String) {
        output.append(message: text.utf8)
    }
}
