// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CMicrohttpd
import Glibc

/// Passes `response` to libmicrohttpd as its `delivery` says; on the connection's thread.
///
/// - Returns: `MHD_NO` to close the connection.
func send(_ response: HTTPResponse, on connection: OpaquePointer, until stopping: WakeUp) -> MHD_Result {
    if response.delay > .zero, stopping.wait(milliseconds: milliseconds(response.delay)) { return cmicrohttpd_no }
    guard response.delivery != .none, let raw = rawResponse(of: response, until: stopping) else {
        return cmicrohttpd_no
    }
    defer { MHD_destroy_response(raw) }
    for field in response.headers {
        // The library refuses only the headers that it writes itself, and names with line breaks. Those are left out.
        _ = MHD_add_response_header(raw, field.name, field.value)
    }
    return MHD_queue_response(connection, CUnsignedInt(response.status), raw)
}

private func rawResponse(of response: HTTPResponse, until stopping: WakeUp) -> OpaquePointer? {
    let body: PacedBody
    switch response.delivery {
    case .none: return nil
    case .whole:
        var bytes = response.body
        return MHD_create_response_from_buffer(bytes.count, &bytes, cmicrohttpd_copied)
    case .trickled(let count, let interval):
        body = PacedBody(response.body, piece: max(1, count), interval: interval, end: nil, stopping)
    case .cut(let end):
        body = PacedBody(response.body, piece: .max, interval: .zero, end: end, stopping)
    }
    let kept = Unmanaged.passRetained(body).toOpaque()
    let size = UInt64(response.body.count)
    guard let raw = MHD_create_response_from_callback(size, 4096, nextPiece, kept, forgetBody) else {
        Unmanaged<PacedBody>.fromOpaque(kept).release()
        return nil
    }
    return raw
}

/// A body that is sent slowly or cut off. Only its connection's thread reads it.
private final class PacedBody {
    let bytes: [UInt8]
    let piece: Int
    let interval: Duration
    let end: Int?
    let stopping: WakeUp

    init(_ bytes: [UInt8], piece: Int, interval: Duration, end: Int?, _ stopping: WakeUp) {
        self.bytes = bytes
        self.piece = piece
        self.interval = interval
        self.end = end
        self.stopping = stopping
    }

    /// Copies the next bytes. Returns -1 at the end, -2 to close the connection (`MHD_CONTENT_READER_END_…`).
    func read(at position: Int, into buffer: UnsafeMutableRawPointer, limit: Int) -> Int {
        if interval > .zero, stopping.wait(milliseconds: milliseconds(interval)) { return -2 }
        guard position < bytes.count else { return -1 }
        let last = min(bytes.count, end ?? bytes.count)
        guard position < last else { return -2 }
        let count = min(last - position, limit, piece)
        UnsafeMutableRawBufferPointer(start: buffer, count: count).copyBytes(from: bytes[position..<position + count])
        return count
    }
}

private func nextPiece(
    _ context: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?, _ limit: Int
) -> Int {
    guard let context, let buffer else { return -2 }
    return Unmanaged<PacedBody>.fromOpaque(context).takeUnretainedValue()
        .read(at: Int(position), into: buffer, limit: limit)
}

private func forgetBody(_ context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    Unmanaged<PacedBody>.fromOpaque(context).release()
}

private func milliseconds(_ span: Duration) -> Int {
    Int(span.components.seconds * 1000 + span.components.attoseconds / 1_000_000_000_000_000)
}
