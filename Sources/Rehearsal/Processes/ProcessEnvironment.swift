// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// This process's environment with `changes` applied, each `NAME=value`; nil removes a variable.
func mergedEnvironment(_ changes: [String: String?]) -> [String] {
    var merged = inheritedEnvironment().filter { entry in
        !changes.keys.contains { entry.hasPrefix("\($0)=") }
    }
    for (name, value) in changes {
        if let value { merged.append("\(name)=\(value)") }
    }
    return merged
}

private func inheritedEnvironment() -> [String] {
    var entries: [String] = []
    var next = clinux_environment()
    while let entry = next?.pointee {
        entries.append(String(cString: entry))
        next = next?.successor()
    }
    return entries
}
