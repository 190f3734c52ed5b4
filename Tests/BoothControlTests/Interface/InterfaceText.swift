// SPDX-License-Identifier: Apache-2.0
import TestSupport

/// An interface's description in Varlink's language (varlink.org/Interface-Definition), as far as the agent's uses it.
struct InterfaceText {
    /// What a value has to be.
    indirect enum Shape: Equatable {
        case bool, int, float, string, object
        case named(String)
        case optional(Shape)
        case array(Shape)
        case members([String: Shape])
    }

    private(set) var types: [String: Shape] = [:]
    private(set) var methods: [String: (call: Shape, reply: Shape)] = [:]
    private(set) var errors: [String: Shape] = [:]

    /// What is wrong with a text.
    struct Problem: Error { var unexpected: String }

    init(_ text: String) throws {
        var words = Words(text)
        try words.expect("interface")
        _ = words.next()
        while let keyword = words.next() {
            let name = words.next() ?? ""
            switch keyword {
            case "type": types[name] = try words.members()
            case "error": errors[name] = try words.members()
            case "method":
                let call = try words.members()
                try words.expect("->")
                methods[name] = (call, try words.members())
            default: throw Problem(unexpected: keyword)
            }
        }
    }

    /// The words and signs of a text, comments left out.
    private struct Words {
        private var words: [String] = []

        init(_ text: String) {
            for line in text.split(separator: "\n") {
                var word = ""
                for character in line.prefix(while: { $0 != "#" }) {
                    if character.isLetter || character.isNumber || "_.".contains(character) {
                        word.append(character)
                        continue
                    }
                    if !word.isEmpty { words.append(word) }
                    word = ""
                    if !character.isWhitespace { words.append(String(character)) }
                }
                if !word.isEmpty { words.append(word) }
            }
            words.reverse()
        }

        mutating func next() -> String? { words.popLast() }

        mutating func expect(_ word: String) throws {
            // An arrow is two signs.
            for sign in word == "->" ? ["-", ">"] : [word] {
                let found = next()
                guard found == sign else { throw Problem(unexpected: found ?? "the end") }
            }
        }

        /// `(name: type, …)`
        mutating func members() throws -> Shape {
            try expect("(")
            var members: [String: Shape] = [:]
            while let name = next(), name != ")" {
                if name == "," { continue }
                try expect(":")
                members[name] = try shape()
            }
            return .members(members)
        }

        private mutating func shape() throws -> Shape {
            switch next() {
            case "?": return .optional(try shape())
            case "[":
                try expect("]")
                return .array(try shape())
            case "(":
                words.append("(")
                return try members()
            case "bool": return .bool
            case "int": return .int
            case "float": return .float
            case "string": return .string
            case "object": return .object
            case let name?: return .named(name)
            case nil: throw Problem(unexpected: "the end")
            }
        }
    }
}

extension InterfaceText {
    /// What of a value is not as described: members that are missing, too many, or something else. Null is as good as
    /// absent.
    func problems(of value: JSONValue, as shape: Shape, at path: String = "$") -> [String] {
        switch (shape, value) {
        case (.bool, .bool), (.int, .integer), (.float, .integer), (.float, .number), (.string, .string),
            (.object, .object), (.optional, .null):
            return []
        case (.optional(let wrapped), _): return problems(of: value, as: wrapped, at: path)
        case (.array(let element), .array(let values)):
            return values.enumerated().flatMap { problems(of: $1, as: element, at: "\(path)[\($0)]") }
        case (.named(let name), _):
            guard let type = types[name] else { return ["\(path): there is no type \(name)"] }
            return problems(of: value, as: type, at: path)
        case (.members(let members), .object(let values)): return problems(of: values, as: members, at: path)
        default: return ["\(path): \(value) is no \(shape)"]
        }
    }

    private func problems(
        of values: [String: JSONValue], as members: [String: Shape], at path: String
    ) -> [String] {
        let unknown = values.keys.filter { members[$0] == nil }.map { "\(path).\($0): is not described" }
        return unknown
            + members.flatMap { name, shape in problems(of: values[name] ?? .null, as: shape, at: "\(path).\(name)") }
    }

    /// The members of a shape that none of these values has: nobody knows whether they are as described.
    func unseen(in values: [JSONValue], of shape: Shape, at path: String = "$") -> [String] {
        switch shape {
        case .bool, .int, .float, .string, .object: []
        case .optional(let wrapped): unseen(in: values.filter { $0 != .null }, of: wrapped, at: path)
        case .array(let element): unseen(in: values.flatMap { $0.elements ?? [] }, of: element, at: path + "[]")
        case .named(let name): unseen(in: values, of: types[name] ?? .object, at: path)
        case .members(let members):
            members.flatMap { name, shape in
                let found = values.compactMap { $0[name] }.filter { $0 != .null }
                return found.isEmpty ? ["\(path).\(name)"] : unseen(in: found, of: shape, at: "\(path).\(name)")
            }
        }
    }
}
