// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTPServer
import ReferencePlatform
import TestSupport

/// Events as a booth sends them, numbered from 1.
enum Sample {
    static func id(_ number: Int) -> String {
        EventID(key: Int64(1_795_000_000_000 + number) << 12, random: 0x1234).description
    }

    static func sequence(_ count: Int, generation: Int = 1) -> String {
        func padded(_ number: Int, _ width: Int) -> String {
            String(repeating: "0", count: width - String(number).count) + String(number)
        }
        return padded(generation, 6) + padded(count, 14)
    }

    static let booth = """
        "booth":"B0001","name":"丹东街道第三警务室","county":"330225","grid":"330225001002","address":"330225001002A0001",
        "longitude":121.87,"latitude":29.48,"site":"town","boot_id":"5c1d4f0a9b7e4c3c8d2e6f1a0b9c8d7e",
        "boottime_ms":86400120,"clock":"synced"
        """

    /// An incident's event number `number`, of incident 1000 where no other is named.
    static func incident(
        _ number: Int, type: String = "raised", incident: Int = 1000, class named: String = "police", count: Int = 1,
        more: String = ""
    ) -> String {
        """
        {"specversion":"1.0","id":"\(id(number))","source":"urn:booth:330225:B0001",\
        "type":"cn.boothd.incident.\(type).v1","subject":"help-1","time":"2026-11-21T08:15:30.120+08:00",\
        "sequence":"\(sequence(number))","datacontenttype":"application/json",\
        "data":{"incident":"\(id(incident))","category":"help","class":"\(named)","priority":1,"count":\(count),\
        "state":"raised","test":false,\(more)\(booth)}}
        """
    }

    static func status(_ number: Int) -> String {
        """
        {"specversion":"1.0","id":"\(id(number))","source":"urn:booth:330225:B0001","type":"cn.boothd.status.v1",\
        "time":"2026-11-21T08:15:30.120+08:00","data":{"uptime_s":60,\(booth)}}
        """
    }

    /// A `task.done` with those members.
    static func taskDone(_ number: Int, _ members: String) -> String {
        """
        {"specversion":"1.0","id":"\(id(number))","source":"urn:booth:330225:B0001","type":"cn.boothd.task.done.v1",\
        "time":"2026-11-21T08:15:30.120+08:00","sequence":"\(sequence(number))","data":{\(members),\(booth)}}
        """
    }

    static func post(_ body: String, batch: Bool = false, key: String? = nil) -> HTTPRequest {
        let type = batch ? "application/cloudevents-batch+json" : "application/cloudevents+json; charset=UTF-8"
        var headers = [HTTPField("Content-Type", type)]
        if let key { headers.append(HTTPField("Idempotency-Key", key)) }
        return HTTPRequest(method: "POST", path: "/v1/events", headers: headers, body: Array(body.utf8))
    }

    static func tasks(_ query: [(String, String)]) -> HTTPRequest {
        HTTPRequest(method: "GET", path: "/v1/tasks", query: query.map { HTTPField($0.0, $0.1) })
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}
