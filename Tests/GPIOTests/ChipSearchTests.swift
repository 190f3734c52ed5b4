// SPDX-License-Identifier: Apache-2.0
import GPIO
import Glibc
import Testing

@Suite("Chip search")
struct ChipSearchTests {
    @Test(
        "says that there is no such chip",
        arguments: [GPIOChipSelector.label("booth-io"), .name("gpiochip0"), .path("/nowhere/gpiochip0")])
    func missing(selector: GPIOChipSelector) throws {
        try inTemporaryDirectory { directory in
            #expect(throws: GPIOChipSearchError.missing(labels: [])) {
                _ = try GPIOChip.find(selector, in: directory)
            }
        }
    }

    @Test("names the file that is no chip")
    func noChip() throws {
        try inTemporaryDirectory { directory in
            let path = "\(directory)/gpiochip0"
            close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
            defer { unlink(path) }
            #expect {
                _ = try GPIOChip.find(.label("booth-io"), in: directory)
            } throws: { error in
                guard case .failed(path, let cause) = error as? GPIOChipSearchError else { return false }
                return cause.operation == .openChip && cause.code != 0
            }
        }
    }

    @Test("names the file that it may not reach", .enabled(if: geteuid() != 0))
    func unreachable() throws {
        try inTemporaryDirectory { directory in
            try #require(chmod(directory, 0) == 0)
            #expect {
                _ = try GPIOChip.find(.name("gpiochip0"), in: directory)
            } throws: { error in
                // An interpolated string as the pattern is more than Swift 6.0's type checker survives.
                guard case .denied(let path, _) = error as? GPIOChipSearchError else { return false }
                return path == "\(directory)/gpiochip0"
            }
        }
    }

    @Test("names the group of a file that it may not open", .enabled(if: geteuid() != 0))
    func denied() throws {
        try inTemporaryDirectory { directory in
            let path = "\(directory)/gpiochip0"
            close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0))
            defer { unlink(path) }
            #expect {
                _ = try GPIOChip.find(.label("booth-io"), in: directory)
            } throws: { error in
                switch error as? GPIOChipSearchError {
                case .denied(path, let group): !group.isEmpty
                // libgpiod 2 sees that a plain file is no chip before it tries to open it.
                case .failed(path, let cause): cause.code == ENOTTY
                default: false
                }
            }
        }
    }

    private func inTemporaryDirectory(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/chip-search-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer { rmdir(directory) }
        try body(directory)
    }
}

@Suite("Chip list")
struct ChipListTests {
    @Test("has each device file by number, with why it cannot be opened")
    func refused() throws {
        var template = Array("/tmp/chip-list-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        let names = ["gpiochip10", "gpiochip2", "gpiochip", "gpio"]
        for name in names { close(open("\(directory)/\(name)", O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)) }
        defer {
            for name in names { unlink("\(directory)/\(name)") }
            rmdir(directory)
        }
        let listed = GPIOChip.list(in: directory)
        #expect(listed.map(\.path) == ["\(directory)/gpiochip2", "\(directory)/gpiochip10"])
        for one in listed {
            guard case .failure(.failed(let path, let cause)) = one.chip else {
                Issue.record("a plain file passes for a chip")
                continue
            }
            #expect(path == one.path && cause.operation == .openChip)
        }
    }

    @Test("is empty where there is no chip, and where there is no folder")
    func empty() {
        #expect(GPIOChip.list(in: "/nowhere").isEmpty)
    }
}

@Suite("Line search")
struct LineSearchTests {
    private let lines = [
        GPIOLineInfo(offset: 0, name: "HELP1", isUsed: false, consumer: nil, isOutput: false),
        GPIOLineInfo(offset: 1, name: nil, isUsed: false, consumer: nil, isOutput: false),
        GPIOLineInfo(offset: 2, name: "DOOR", isUsed: true, consumer: "gpiomon", isOutput: false),
    ]

    @Test("finds by name and by offset")
    func finds() throws {
        #expect(try GPIOLineInfo.find(.name("HELP1"), among: lines).offset == 0)
        #expect(try GPIOLineInfo.find(.offset(1), among: lines).offset == 1)
    }

    @Test("lists the names that exist when one does not")
    func missing() {
        let expected = GPIOLineSearchError.missing(names: ["HELP1", "DOOR"], lineCount: 3)
        #expect(throws: expected) { try GPIOLineInfo.find(.name("HELP2"), among: lines) }
        #expect(throws: expected) { try GPIOLineInfo.find(.offset(3), among: lines) }
    }

    @Test("names who holds a line")
    func busy() {
        #expect(throws: GPIOLineSearchError.busy(consumer: "gpiomon")) {
            try GPIOLineInfo.find(.name("DOOR"), among: lines)
        }
    }
}
