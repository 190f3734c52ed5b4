// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One line typed by a dispatcher.
enum DispatcherLine: Sendable, Equatable {
    /// A new state of an incident; `words`: the ticket, a note or the outcome.
    case act(IncidentState, incident: String, words: String?)
    case reroute(incident: String, to: IncidentClass)
    case arm(until: String?)
    case disarm(until: String?)
    case output(String, isOn: Bool, span: String?)
    case test
    /// A task sent unchanged, right or wrong.
    case raw(String)
    /// The booth for tasks without an incident.
    case booth(String)
    /// How long from now tasks may be executed, in milliseconds; nil: for ever.
    case expires(milliseconds: Int64?)
    case handOver(to: IncidentClass)
    case receiptsLater(Bool)
    case silent(Bool)
    case help

    static let list = """
        INCIDENT is an incident's id, a ticket, or `last`. TIME is RFC 3339 or a span from now: 30m, 2h. SPAN: 10s, 5m.
          accept INCIDENT [TICKET]    accepted, under that ticket or its own
          dispatch INCIDENT [NOTE]    somebody is on the way
          handle INCIDENT [NOTE]      somebody is at it
          close INCIDENT OUTCOME      closed, with its outcome
          reroute INCIDENT CLASS      for the platforms of police, community or fault
          arm [TIME]                  nobody is in, whatever the booth's schedule says
          disarm [TIME]               officers are in
          output NAME on|off [SPAN]   an output that tasks drive
          test                        a try of the whole way
          task JSON                   a task as it stands, right or wrong
          booth CODE                  whom tasks without an incident are for, where several booths report
          expires SPAN|never          how long tasks are good for from now on; 1h at first, 0s: over at once
          hand-over CLASS             answers the next event of an incident with rejected, reroute:CLASS
          receipts later|now          answers 202, the receipts follow as a task; or at once again
          silent, speak               answers 503 to everything; or as before
        """

    /// Reads a line.
    ///
    /// - Returns: nil for an empty line and for a comment, `# …`.
    init?(_ line: String) throws(DispatcherLineError) {
        var words = Words(line)
        guard let verb = words.next(), !verb.hasPrefix("#") else { return nil }
        self = try Self.parse(verb, &words)
        guard words.isEmpty else {
            throw DispatcherLineError("“\(words.rest)” is too much after \(verb)", "`help` lists the lines")
        }
    }

    private static func parse(_ verb: String, _ words: inout Words) throws(DispatcherLineError) -> DispatcherLine {
        switch verb {
        case "accept": return .act(.accepted, incident: try words.incident(verb), words: words.next())
        case "dispatch": return .act(.dispatched, incident: try words.incident(verb), words: words.takeRest())
        case "handle": return .act(.handled, incident: try words.incident(verb), words: words.takeRest())
        case "close":
            let incident = try words.incident(verb)
            guard let outcome = words.takeRest() else {
                throw DispatcherLineError("close needs an outcome", "close INCIDENT OUTCOME")
            }
            return .act(.closed, incident: incident, words: outcome)
        case "reroute": return .reroute(incident: try words.incident(verb), to: try words.incidentClass(verb))
        case "arm": return .arm(until: words.next())
        case "disarm": return .disarm(until: words.next())
        case "output": return try output(&words)
        case "test": return .test
        case "task": return .raw(try words.json())
        default: return try parseManner(verb, &words)
        }
    }

    /// Reads the lines that give no task.
    private static func parseManner(
        _ verb: String, _ words: inout Words
    ) throws(DispatcherLineError) -> DispatcherLine {
        switch verb {
        case "booth": return .booth(try words.required("booth needs its code", "booth B0001"))
        case "expires": return .expires(milliseconds: try words.validity())
        case "hand-over": return .handOver(to: try words.incidentClass(verb))
        case "receipts":
            return .receiptsLater(try words.choice(of: ("later", "now"), in: "receipts later|now"))
        case "silent": return .silent(true)
        case "speak": return .silent(false)
        case "help": return .help
        default: throw DispatcherLineError("“\(verb)” is no line of a dispatcher", "`help` lists them")
        }
    }

    private static func output(_ words: inout Words) throws(DispatcherLineError) -> DispatcherLine {
        let name = try words.required("output needs a name", "output NAME on|off [SPAN]")
        let isOn = try words.choice(of: ("on", "off"), in: "output NAME on|off [SPAN]")
        let span = words.next()
        if let span, Duration(notation: span) == nil {
            throw DispatcherLineError("“\(span)” is no span", "such as 10s or 5m")
        }
        return .output(name, isOn: isOn, span: span)
    }
}

/// A line that cannot be carried out; nothing was changed.
package struct DispatcherLineError: Error, Equatable, CustomStringConvertible {
    /// What is wrong.
    package let problem: String
    /// What would be right.
    package let right: String

    init(_ problem: String, _ right: String) {
        self.problem = problem
        self.right = right
    }

    package var description: String { "\(problem); \(right)" }
}

/// The unread rest of a line.
private struct Words {
    private(set) var rest: Substring

    init(_ line: String) {
        rest = line[...]
        skipBlanks()
    }

    var isEmpty: Bool { rest.isEmpty }

    private mutating func skipBlanks() {
        rest = rest.drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
    }

    mutating func next() -> String? {
        guard !rest.isEmpty else { return nil }
        let word = rest.prefix { !$0.isWhitespace }
        rest = rest[word.endIndex...]
        skipBlanks()
        return String(word)
    }

    mutating func takeRest() -> String? {
        defer { rest = "" }
        return rest.isEmpty ? nil : String(rest)
    }

    mutating func required(_ problem: String, _ right: String) throws(DispatcherLineError) -> String {
        guard let word = next() else { throw DispatcherLineError(problem, right) }
        return word
    }

    mutating func incident(_ verb: String) throws(DispatcherLineError) -> String {
        try required("\(verb) needs an incident", "its id, its ticket, or last")
    }

    mutating func incidentClass(_ verb: String) throws(DispatcherLineError) -> IncidentClass {
        let classes = IncidentClass.allCases.map(\.rawValue).joined(separator: ", ")
        let word = try required("\(verb) needs a class", "one of \(classes)")
        guard let known = IncidentClass(rawValue: word) else {
            throw DispatcherLineError("“\(word)” is no class", "one of \(classes)")
        }
        return known
    }

    /// Whether the next word is the first of two words.
    mutating func choice(of words: (String, String), in form: String) throws(DispatcherLineError) -> Bool {
        let word = try required("\(words.0) or \(words.1) is missing", form)
        guard word == words.0 || word == words.1 else {
            throw DispatcherLineError("“\(word)” is neither \(words.0) nor \(words.1)", form)
        }
        return word == words.0
    }

    mutating func validity() throws(DispatcherLineError) -> Int64? {
        let word = try required("expires needs a span", "such as 1h, 0s, or never")
        if word == "never" { return nil }
        guard let span = Duration(notation: word) else {
            throw DispatcherLineError("“\(word)” is no span", "such as 1h, 0s, or never")
        }
        return span.milliseconds
    }

    mutating func json() throws(DispatcherLineError) -> String {
        guard let text = takeRest() else { throw DispatcherLineError("task needs a JSON object", #"{"id":"t1",…}"#) }
        do throws(JSONDocument.Problem) {
            guard case .object = try JSONDocument(Array(text.utf8)).value else {
                throw JSONDocument.Problem("it is no object")
            }
        } catch {
            throw DispatcherLineError("a task is a JSON object: \(error.reason)", #"{"id":"t1","kind":"test"}"#)
        }
        return text
    }
}
