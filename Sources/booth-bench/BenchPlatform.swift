// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTPServer
import Rehearsal

/// A platform with mutual TLS that accepts everything and stores nothing. It answers a press equally fast with or
/// without a batch in progress. So the agent is measured, not a platform's disk.
///
/// It does not parse JSON: in the agent's requests each event has `"id":"` once.
final class BenchPlatform {
    private static let maxBatch = 50
    private static let mark = Array("\"id\":\"".utf8)
    private static let idLength = 36

    private let server: HTTPServer

    var port: UInt16 { server.port }

    init(_ certificates: Certificates) throws {
        let tls = try HTTPServerTLS(
            certificate: certificates.path(.platform), key: certificates.path(.platformKey),
            clientAuthority: certificates.path(.authority))
        server = try HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), tls: tls) { request in
            Self.answer(request)
        }
    }

    func stop() { server.stop() }

    private static func answer(_ request: HTTPRequest) -> HTTPResponse {
        // There are no tasks, so hold the poll.
        if request.method == "GET" { return HTTPResponse(status: 204, delay: .seconds(50)) }
        guard request.method == "POST", request.path == "/v1/events" else { return HTTPResponse(status: 404) }
        let receipts = ids(in: request.body).map { #"{"id":"\#($0)","result":"accepted"}"# }.joined(separator: ",")
        return HTTPResponse(
            status: 200, headers: [HTTPField("Content-Type", "application/json")],
            body: Array(#"{"receipts":[\#(receipts)],"max_batch":\#(maxBatch)}"#.utf8))
    }

    private static func ids(in body: [UInt8]) -> [String] {
        var ids: [String] = []
        var place = 0
        while let start = body[place...].firstIndex(of: mark[0]) {
            let end = start + mark.count + idLength
            guard end <= body.count else { break }
            guard body[start..<start + mark.count].elementsEqual(mark) else {
                place = start + 1
                continue
            }
            ids.append(String(decoding: body[start + mark.count..<end], as: UTF8.self))
            place = end
        }
        return ids
    }
}
