// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CMicrohttpd
import Glibc

/// The state shared by libmicrohttpd's callbacks: the handler, the limits, and the stop signal.
final class HTTPService: Sendable {
    let asksForCertificate: Bool
    let bodyLimit: Int
    /// Rung once at the stop, never cleared.
    let stopping: WakeUp
    let handler: @Sendable (HTTPRequest) -> HTTPResponse

    init(
        asksForCertificate: Bool, bodyLimit: Int, stopping: WakeUp,
        handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) {
        self.asksForCertificate = asksForCertificate
        self.bodyLimit = bodyLimit
        self.stopping = stopping
        self.handler = handler
    }

    /// The response, after checking the client's certificate and the body's size.
    fileprivate func response(to request: RequestUnderway, on connection: OpaquePointer) -> HTTPResponse {
        var identity = HTTPClientIdentity.unasked
        if asksForCertificate {
            switch clientIdentity(of: connection) {
            case .success(let commonName): identity = .authenticated(commonName: commonName)
            case .failure(let refusal): return refusal.response
            }
        }
        guard request.size <= bodyLimit else {
            return .problem(413, title: "content too large", detail: "send at most \(bodyLimit) bytes in one request")
        }
        return handler(
            HTTPRequest(
                method: request.method, path: request.path,
                query: fields(of: connection, cmicrohttpd_query),
                headers: fields(of: connection, cmicrohttpd_headers), body: request.body, client: identity))
    }
}

/// A request whose body is still arriving. Only its connection's thread uses it.
private final class RequestUnderway {
    let method: String
    let path: String
    var body: [UInt8] = []
    /// Bytes received. Bytes beyond the limit are counted but not kept.
    var size = 0

    init(method: String, path: String) {
        self.method = method
        self.path = path
    }
}

/// libmicrohttpd calls this once for the header, then for each piece of the body, and at last for the answer.
func answerRequest(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?, path: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?, upload: UnsafePointer<CChar>?,
    uploadSize: UnsafeMutablePointer<Int>?, slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context, let connection, let path, let method, let uploadSize, let slot else { return cmicrohttpd_no }
    let service = Unmanaged<HTTPService>.fromOpaque(context).takeUnretainedValue()
    guard let kept = slot.pointee else {
        let request = RequestUnderway(method: String(cString: method), path: String(cString: path))
        slot.pointee = Unmanaged.passRetained(request).toOpaque()
        return cmicrohttpd_yes
    }
    let request = Unmanaged<RequestUnderway>.fromOpaque(kept).takeUnretainedValue()
    guard uploadSize.pointee == 0 else {
        return receive(upload, &uploadSize.pointee, into: request, limit: service.bodyLimit)
    }
    return send(service.response(to: request, on: connection), on: connection, until: service.stopping)
}

/// Keeps a piece of the body. A body that is too large is read on for a while, so that the client gets the 413 and not
/// a connection reset.
private func receive(
    _ upload: UnsafePointer<CChar>?, _ size: inout Int, into request: RequestUnderway, limit: Int
) -> MHD_Result {
    request.size += size
    if request.size <= limit {
        request.body.append(contentsOf: UnsafeRawBufferPointer(start: upload, count: size))
    } else {
        request.body = []
    }
    size = 0
    return request.size <= 16 * max(limit, 1 << 16) ? cmicrohttpd_yes : cmicrohttpd_no
}

/// libmicrohttpd calls this when a request is over, answered or not.
func forgetRequest(
    context: UnsafeMutableRawPointer?, connection: OpaquePointer?,
    slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, reason: MHD_RequestTerminationCode
) {
    guard let slot, let kept = slot.pointee else { return }
    slot.pointee = nil
    Unmanaged<RequestUnderway>.fromOpaque(kept).release()
}

private struct Refusal: Error {
    let response: HTTPResponse
}

private func clientIdentity(of connection: OpaquePointer) -> Result<String, Refusal> {
    var text = [CChar](repeating: 0, count: 512)
    let verdict = cmicrohttpd_client(connection, &text, text.count)
    let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if verdict == 1 { return .success(words) }
    let detail =
        verdict == 0
        ? "client certificate required: show one that this platform's authority has signed"
        : "client certificate not trusted: \(words)"
    return .failure(Refusal(response: .problem(403, title: "client certificate required", detail: detail)))
}

private func fields(of connection: OpaquePointer, _ kind: MHD_ValueKind) -> [HTTPField] {
    var found: [HTTPField] = []
    withUnsafeMutablePointer(to: &found) { list in
        _ = MHD_get_connection_values(
            connection, kind,
            { list, _, name, value in
                guard let list, let name else { return cmicrohttpd_yes }
                let field = HTTPField(String(cString: name), value.map { String(cString: $0) } ?? "")
                list.assumingMemoryBound(to: [HTTPField].self).pointee.append(field)
                return cmicrohttpd_yes
            }, list)
    }
    return found
}

func closeSocket(_ descriptor: CInt) {
    close(descriptor)
}
