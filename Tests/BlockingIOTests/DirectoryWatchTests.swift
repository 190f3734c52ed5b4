// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Testing

@Suite("Directory watch")
struct DirectoryWatchTests {
    @Test("names what appears, changes its mode and disappears, once")
    func namesWhatAppears() throws {
        let directory = try #require(temporaryDirectory())
        let path = "\(directory)/gpiochip7"
        defer {
            unlink(path)
            rmdir(directory)
        }
        let watch = try DirectoryWatch(path: directory)
        #expect(watch.take() == [])
        close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
        #expect(watch.take() == ["gpiochip7"])
        chmod(path, 0o660)
        #expect(watch.take() == ["gpiochip7"])
        unlink(path)
        #expect(watch.take().contains("gpiochip7"))
        #expect(watch.take() == [])
    }

    @Test("says which directory is not there")
    func missingDirectory() {
        #expect(throws: SystemError("inotify_add_watch /nowhere", code: ENOENT)) {
            try DirectoryWatch(path: "/nowhere")
        }
    }

    private func temporaryDirectory() -> String? {
        var template = Array("/tmp/directory-watch-XXXXXX".utf8CString)
        return mkdtemp(&template).map { String(cString: $0) }
    }
}
