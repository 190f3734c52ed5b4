// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Testing

@Suite("System error")
struct SystemErrorTests {
    @Test("has the code from before its text was put together")
    func codeFirst() {
        func subject() -> String {
            errno = EINTR
            return "/run/boothd/control"
        }
        errno = ENOENT
        #expect(SystemError("bind \(subject())") == SystemError("bind /run/boothd/control", code: ENOENT))
    }
}
