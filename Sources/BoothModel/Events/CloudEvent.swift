// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// A CloudEvent 1.0 in JSON as it is stored: without `sequence`, which differs between targets.
package struct CloudEvent: Sendable, Hashable {
    /// One JSON object on one line, keys in alphabetical order.
    package let json: String

    /// Wraps the text of an event that was encoded before.
    package init(json: String) {
        self.json = json
    }

    /// The same event as it goes to one target.
    ///
    /// - Parameter sequence: 20 digits, the journal's generation and that target's count.
    package func json(withSequence sequence: String) -> String {
        // Works on the bytes: dropping a character would count all characters before it.
        var text = String(Substring(json.utf8.dropLast(1)))
        text += ",\"sequence\":\""
        text += sequence
        text += "\"}"
        return text
    }
}

extension CloudEvent {
    /// Encodes `event` as the booth's own.
    package init(_ event: BoothEvent, from booth: Booth) {
        func encoded(_ content: some Encodable) -> CloudEvent {
            CloudEvent(
                id: event.id, type: event.type, subject: event.subject, moment: event.moment, booth: booth,
                content: content)
        }
        switch event.content {
        case .dailyReport(let report): self = encoded(report)
        case .loss(let loss): self = encoded(loss)
        case .raised, .updated, .restored, .closed, .taskDone, .record: self = encoded(EventContent(event.content))
        }
    }

    /// Encodes a status event.
    package init(_ status: StatusContent, id: EventID, at moment: Moment, from booth: Booth) {
        self.init(id: id, type: .status, subject: nil, moment: moment, booth: booth, content: status)
    }

    private init(
        id: EventID, type: EventType, subject: PointID?, moment: Moment, booth: Booth, content: some Encodable
    ) {
        let envelope = Envelope(
            id: id, source: booth.source, type: type, subject: subject, time: Stamp(moment).time,
            data: EventData(block: BoothBlock(booth, at: moment), content: content))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            json = String(decoding: try encoder.encode(envelope), as: UTF8.self)
        } catch {
            preconditionFailure("an event holds nothing but text and finite numbers: \(error)")
        }
    }
}

extension BoothEvent {
    fileprivate var subject: PointID? {
        switch content {
        case .raised(let incident), .updated(let incident, _), .restored(let incident, _), .closed(let incident):
            incident.point
        case .record(let point, _): point
        case .loss, .taskDone, .dailyReport: nil
        }
    }
}

/// The attributes of CloudEvents 1.0 (JSON Event Format, 3) in the order of the specification.
private struct Envelope<Content: Encodable>: Encodable {
    let specversion = "1.0"
    let id: EventID
    let source: String
    let type: EventType
    let subject: PointID?
    let time: String?
    let datacontenttype = "application/json"
    let data: EventData<Content>
}

/// `data`: the booth block and the event's own members side by side.
private struct EventData<Content: Encodable>: Encodable {
    let block: BoothBlock
    let content: Content

    func encode(to encoder: any Encoder) throws {
        try block.encode(to: encoder)
        try content.encode(to: encoder)
    }
}

/// The members on booth, place and clock; in every event.
private struct BoothBlock: Encodable {
    let booth, name, county, grid, address: String
    let longitude, latitude: Double
    let site: Booth.Site?
    let bootID: String
    let boottimeMilliseconds: Int64
    let clock: ClockState

    init(_ booth: Booth, at moment: Moment) {
        self.booth = booth.code
        name = booth.name
        county = booth.county
        grid = booth.grid
        address = booth.address
        longitude = booth.longitude
        latitude = booth.latitude
        site = booth.site
        bootID = moment.bootID
        boottimeMilliseconds = moment.boot.milliseconds
        clock = moment.clock
    }

    enum CodingKeys: String, CodingKey {
        case booth, name, county, grid, address, longitude, latitude, site, clock
        case bootID = "boot_id"
        case boottimeMilliseconds = "boottime_ms"
    }
}
