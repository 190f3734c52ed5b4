// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import ReferencePlatform
import TestSupport
import Testing

@Suite struct ValidationTests {
    let folder = TemporaryFolder()
    let platform: ReferencePlatform

    init() throws {
        platform = try ReferencePlatform(database: folder.file("platform.sqlite"))
    }

    @Test(
        "refuses what is no event of a booth with 422 and says what is wrong",
        arguments: [
            (#""specversion":"1.0""#, #""specversion":"0.3""#, "specversion"),
            (#""specversion":"1.0","#, "", "specversion"),
            (#""source":"urn:booth:330225:B0001","#, "", "source"),
            (#""source":"urn:booth:330225:B0001""#, #""source":"urn:booth:330225:B0002""#, "source"),
            (#""type":"cn.boothd.incident.raised.v1","#, "", "type"),
            ("cn.boothd.incident.raised.v1", "cn.boothd.record.v1", "stays in the booth"),
            (#""subject":"help-1""#, #""boothId":"help-1""#, "attribute"),
            (#""subject":"help-1""#, #""subject":"""#, "subject is empty"),
            (#""subject":"help-1""#, #""subject":"a\nb""#, "control character"),
            (#""subject":"help-1""#, #""uptime":86400120000"#, "32 bits"),
            ("08:15:30.120+08:00", "08:15:30.120", "RFC 3339"),
            (#""time":"2026-11-21T08:15:30.120+08:00","#, "", "time is absent"),
            (#""clock":"synced""#, #""clock":"unsynced""#, "time is absent"),
            (#""clock":"synced""#, #""clock":"maybe""#, "data.clock"),
            (Sample.sequence(1), "1", "sequence"),
            (Sample.id(1), "5c1d4f0a-9b7e-4c3c-8d2e-6f1a0b9c8d7e", "UUIDv7"),
            (Sample.id(1000), "help", "data.incident"),
            (#""class":"police""#, #""class":"army""#, "data.class"),
            (#""count":1"#, #""count":0"#, "data.count"),
            (#""test":false"#, #""test":"no""#, "data.test"),
            (#""grid":"330225001002","#, "", "data.grid"),
            (#""latitude":29.48"#, #""latitude":129.48"#, "data.latitude"),
            ("cn.boothd.incident.raised.v1", "cn.boothd.incident.updated.v1", "data.reason"),
            ("cn.boothd.incident.raised.v1", "cn.boothd.incident.restored.v1", "data.duration_s"),
            (#""data":{"#, #""data":7,"other":{"#, "other"),
        ])
    func notAnEvent(old: String, new: String, word: String) throws {
        let body = Sample.incident(1).replacing(old, new)
        #expect(body != Sample.incident(1))
        let response = platform.answer(Sample.post(body))
        #expect(response.status == 422)
        #expect(response.headers == [HTTPField("Content-Type", "application/problem+json")])
        #expect(response.text.contains(word), "\(response.text)")
        #expect(try platform.counts().isEmpty)
    }

    @Test(
        "refuses an update without a known reason, a close without outcome and by, an answer without a result",
        arguments: [
            ("updated", #""reason":"bored","#, "data.reason"), ("updated", #""reason":"escalated","step":-1,"#, "step"),
            ("updated", #""reason":"acknowledged","by":"","#, "data.by"),
            ("closed", #""outcome":"well","#, "data.by"), ("closed", #""by":"police","#, "data.outcome"),
            ("closed", #""outcome":"","by":"police","#, "data.outcome"),
        ])
    func incomplete(type: String, more: String, word: String) throws {
        let body = Sample.incident(1, type: type, more: more)
            .replacing(#""state":"raised""#, type == "closed" ? #""state":"closed""# : #""state":"accepted""#)
        let response = platform.answer(Sample.post(body))
        #expect(response.status == 422)
        #expect(response.text.contains(word), "\(response.text)")
    }

    @Test("what is closed has the state closed")
    func closedState() {
        let body = Sample.incident(1, type: "closed", more: #""outcome":"well","by":"police","#)
        #expect(platform.answer(Sample.post(body)).text.contains("data.state"))
    }

    @Test(
        "takes an update for each reason",
        arguments: ["repeat", "escalated", "accepted", "dispatched", "handled", "reclassified", "acknowledged"])
    func reasons(reason: String) {
        let body = Sample.incident(1, type: "updated", more: #""reason":"\#(reason)","step":1,"by":"local:li","#)
        #expect(platform.answer(Sample.post(body)).status == 200)
    }

    @Test(
        "checks the answer to a task",
        arguments: [
            (#""task":"t1","kind":"arm","result":"done""#, 200, ""),
            (#""task":"t1","kind":"arm","result":"refused","reason":"expired""#, 200, ""),
            (#""task":"","kind":"","result":"refused","reason":"malformed: id is missing""#, 200, ""),
            (#""task":"","kind":"arm","result":"done""#, 422, "data.task"),
            (#""kind":"arm","result":"done""#, 422, "data.task"),
            (#""task":"t1","kind":"arm","result":"perhaps""#, 422, "data.result"),
            (#""task":"t1","kind":"arm","result":"refused""#, 422, "data.reason"),
        ])
    func taskDone(members: String, status: Int, word: String) {
        let response = platform.answer(Sample.post(Sample.taskDone(1, members)))
        #expect(response.status == status)
        #expect(response.text.contains(word), "\(response.text)")
    }

    @Test("takes a daily report")
    func report() {
        let body = Sample.taskDone(1, #""day":"2026-11-20""#).replacing("task.done", "report.daily")
        #expect(platform.answer(Sample.post(body)).status == 200)
    }

    @Test("a status has no sequence")
    func statusSequence() {
        let body = Sample.status(1).replacing(#""specversion""#, #""sequence":"\#(Sample.sequence(1))","specversion""#)
        #expect(platform.answer(Sample.post(body)).status == 422)
    }

    @Test("an event without time is taken from a booth whose clock is not trusted")
    func unsynced() {
        let body = Sample.incident(1).replacing(#""time":"2026-11-21T08:15:30.120+08:00","#, "")
            .replacing("synced", "unsynced")
        #expect(platform.answer(Sample.post(body)).status == 200)
    }

    @Test(
        "refuses what is no JSON with 400",
        arguments: [
            "", "{", "[1,2", #"{"a":1,}"#, "[1, ]", #"{"a":[{"b":1,"c":2,"\u0062":3}]}"#, "{\u{0}}", #"{"a":01}"#,
            #"{"a":1,"a":2}"#, #"{"a":"\ud800"}"#, #"{"a":nul}"#, "{} {}",
            "\u{FEFF}{}", #"{"a":1.}"#, #"{"a":"b"#, "{\"a\":\"\t\"}", "{'a':1}", #"{"a":1e999}"#,
            String(repeating: "[", count: 100_000),
        ])
    func notJSON(text: String) {
        let response = platform.answer(Sample.post(text))
        #expect(response.status == 400)
        #expect(response.text.contains("not JSON"))
    }

    @Test("refuses a body that is not UTF-8")
    func notUTF8() {
        var request = Sample.post("")
        request.body = Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)
        #expect(platform.answer(request).status == 400)
    }

    @Test(
        "refuses other media types with 415",
        arguments: ["", "application/json", "text/plain", "application/cloudevents+json; charset=gb18030"])
    func mediaType(type: String) {
        var request = Sample.post(Sample.incident(1))
        request.headers = [HTTPField("Content-Type", type)]
        #expect(platform.answer(request).status == 415)
    }

    @Test("other paths and methods get 404 and 405")
    func notThere() {
        #expect(platform.answer(HTTPRequest(method: "GET", path: "/v1/event")).status == 404)
        let response = platform.answer(HTTPRequest(method: "GET", path: "/v1/events"))
        #expect(response.status == 405)
        #expect(response.headers.contains(HTTPField("Allow", "POST")))
    }
}
