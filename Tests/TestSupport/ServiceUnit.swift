// SPDX-License-Identifier: Apache-2.0
import Rehearsal

/// `systemd/boothd.service` of this source tree.
package struct ServiceUnit {
    /// Absolute.
    package let path: String
    private let settings: [(key: String, value: String)]

    package init() {
        do {
            path = try BuiltPrograms.packageFile("systemd/boothd.service")
        } catch { fatalError("\(error)") }
        settings = output(of: "cat '\(path)'").text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return line.hasPrefix("#") || parts.count < 2 ? nil : (parts[0], parts[1])
        }
    }

    /// What a key is set to, once for each line.
    package func values(of key: String) -> [String] {
        settings.filter { $0.key == key }.map(\.value)
    }

    /// The system calls that `SystemCallFilter=` leaves, as systemd of this machine understands its groups.
    package func allowedCalls() -> Set<String> {
        // What is always permitted, whatever the list says (systemd.exec(5)).
        var allowed = Self.calls(of: "@default")
        for value in values(of: "SystemCallFilter") {
            let isDenied = value.hasPrefix("~")
            for name in value.drop(while: { $0 == "~" }).split(separator: " ") {
                let calls = Self.calls(of: String(name))
                if isDenied { allowed.subtract(calls) } else { allowed.formUnion(calls) }
            }
        }
        return allowed
    }

    /// The calls of a group, those of the groups in it included; a call's own name otherwise.
    private static func calls(of name: String) -> Set<String> {
        guard name.hasPrefix("@") else { return [name] }
        let lines = output(of: "systemd-analyze syscall-filter \(name)").text.split(separator: "\n").dropFirst()
        let members = lines.map { $0.drop(while: { $0 == " " }) }.filter { !$0.hasPrefix("#") && !$0.isEmpty }
        return members.reduce(into: []) { $0.formUnion(calls(of: String($1))) }
    }
}
