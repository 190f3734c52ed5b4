// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothSensing

@Suite("Round trips of a unit")
struct RoundTripsTests {
    @Test("quantiles are right to a bucket's width, at any size")
    func quantiles() throws {
        var trips = RoundTrips()
        #expect(trips.milliseconds(below: 0.5) == nil)
        for millisecond in 1...1000 { trips.add(.milliseconds(millisecond)) }
        let half = try #require(trips.milliseconds(below: 0.5))
        let most = try #require(trips.milliseconds(below: 0.99))
        #expect((500...555).contains(half))
        #expect((990...1100).contains(most))
    }

    @Test("what a unit did long ago fades")
    func fading() throws {
        var trips = RoundTrips()
        for _ in 0..<4000 { trips.add(.milliseconds(500)) }
        for _ in 0..<20_000 { trips.add(.milliseconds(5)) }
        #expect(try #require(trips.milliseconds(below: 0.9)) < 6)
    }

    @Test("the longest and the shortest have their place")
    func ends() throws {
        var trips = RoundTrips()
        trips.add(.zero)
        trips.add(.seconds(3600))
        #expect(trips.milliseconds(below: 0.1) == 0.1)
        #expect(try #require(trips.milliseconds(below: 1)) > 60_000)
    }
}
