// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CMicrohttpd
import Synchronization

/// An HTTP/1.1 server on libmicrohttpd, plain or over TLS 1.2 and newer, with a thread for each connection.
///
/// The handler is called on the connection's thread and may block; that delays only its own connection. Requests of one
/// connection come one after the other; requests of several connections run at the same time.
package final class HTTPServer: Sendable {
    /// The address it listens on; with port 0, the port that the system chose.
    package let address: ListenAddress
    private let service: HTTPService
    private let daemon: Mutex<DaemonHandle?>

    /// The port it listens on, never 0.
    package var port: UInt16 { address.port }

    /// Starts listening and answering.
    ///
    /// With a client authority in `tls`, a request without a valid client certificate gets 403 and never reaches
    /// `handler`. The handshake succeeds all the same, so that the other side can read the reason.
    /// - Parameters:
    ///   - bodyLimit: the most bytes of a request's body; more gets 413.
    ///   - connections: how many are served at once; others wait to be accepted.
    ///   - handler: called for every complete request. It must not hold the last reference to this server.
    /// - Throws: `HTTPServerError` when it cannot listen.
    package init(
        listen address: ListenAddress, tls: HTTPServerTLS? = nil, bodyLimit: Int = 1 << 20, connections: Int = 256,
        handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) throws(HTTPServerError) {
        let stopping: WakeUp
        do throws(SystemError) { stopping = try WakeUp() } catch {
            throw HTTPServerError(.start, address.description, reason: error.description)
        }
        let service = HTTPService(
            asksForCertificate: tls?.clientAuthority != nil, bodyLimit: bodyLimit, stopping: stopping,
            handler: handler)
        let socket = try ListeningSocket(address)
        guard let raw = startDaemon(socket.descriptor, connections: connections, tls: tls, service: service) else {
            closeSocket(socket.descriptor)
            throw HTTPServerError(.start, address.description, reason: "libmicrohttpd refused; is it built with TLS?")
        }
        self.service = service
        self.address = ListenAddress(host: address.host, port: socket.port)
        daemon = Mutex(DaemonHandle(raw: raw))
    }

    deinit {
        stop()
    }

    /// Closes every connection and ends every thread before it returns. Do not call it from a handler.
    ///
    /// Delays and slow deliveries end at once. A handler that blocks on its own must be ended by its author.
    package func stop() {
        service.stopping.ring()
        let taken = daemon.withLock { handle in
            let taken = handle
            handle = nil
            return taken
        }
        if let taken { MHD_stop_daemon(taken.raw) }
    }
}

/// libmicrohttpd's daemon, moved out of the lock in order to stop it.
// Sendable: any thread but the daemon's own may stop it, and `daemon`'s lock gives it to one caller only.
private struct DaemonHandle: @unchecked Sendable {
    let raw: OpaquePointer
}

private func startDaemon(
    _ listener: CInt, connections: Int, tls: HTTPServerTLS?, service: HTTPService
) -> OpaquePointer? {
    var settings = cmicrohttpd_settings()
    settings.listener = listener
    settings.connections = CUnsignedInt(connections)
    settings.idle_seconds = 120
    settings.answer = answerRequest
    settings.completed = forgetRequest
    // Not retained: `HTTPServer` keeps the service alive until the daemon has stopped.
    settings.context = Unmanaged.passUnretained(service).toOpaque()
    return withOptionalCString(tls?.certificate) { certificate in
        withOptionalCString(tls?.key) { key in
            withOptionalCString(tls?.clientAuthority) { authority in
                settings.certificate = certificate
                settings.key = key
                settings.client_ca = authority
                return cmicrohttpd_start(&settings)
            }
        }
    }
}

private func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}
