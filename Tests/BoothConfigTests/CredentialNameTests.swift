// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport
import Testing

@testable import BoothConfig

@Suite("Names of credentials, seen from outside of the service")
struct CredentialNameTests {
    private let folder: TemporaryFolder
    private let locations: FileLocations

    init() {
        folder = TemporaryFolder()
        close(open(folder.file("booth.key"), O_CREAT | O_WRONLY, 0o600))
        locations = FileLocations(
            configuration: folder.file("boothd.toml"), credentials: .source(folder.path, isOpen: true))
    }

    @Test("lead to the file that the service gets under the unit's prefix")
    func prefixed() throws {
        #expect(try locations.secret("credential:tls_booth.key").get() == folder.file("booth.key"))
        #expect(locations.opens("credential:tls_booth.key"))
    }

    @Test("that leave the prefix out are told what is right")
    func misnamed() {
        guard case .failure(let fault) = locations.secret("credential:booth.key") else {
            Issue.record("taken as right")
            return
        }
        #expect(fault.reason.en.hasSuffix("credential:tls_booth.key"))
        #expect(fault.reason.zh.hasSuffix("credential:tls_booth.key"))
    }

    @Test("of another kind may come from a drop-in, and are taken for granted")
    func dropIn() {
        #expect(!locations.opens("credential:other.key"))
        #expect((try? locations.secret("credential:other.key").get()) != nil)
    }
}
