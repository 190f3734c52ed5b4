// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothSensing

@Suite("A bus's longest request")
struct BusLinkTests {
    @Test("outlasts a resolver without an answer where the host is a name, and needs none where it is an address")
    func resolver() {
        // resolv.conf(5): 5 s, two attempts, three servers; the name with and without a domain; asked for twice.
        let silence = Duration.seconds(5) * 2 * 3 * 2 * 2
        #expect(longest("meter.booth.example") > silence)
        #expect(longest("192.0.2.7") == .seconds(2))
        #expect(longest("2001:db8::7") == .seconds(2))
    }

    private func longest(_ host: String) -> Duration {
        BusLink.longestAsking(
            ModbusBusConfiguration(name: "bus", transport: .tcp(host: host, port: 502), responseTimeout: .seconds(1)))
    }
}
