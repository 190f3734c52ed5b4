// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// The zone of tests that reckon in civil time; it is the whole process's, so there is one, whichever test comes first.
package enum TestZone {
    /// As `TZ` spells it.
    package static let name = "Asia/Shanghai"

    /// Sets it, once, unless the environment has it: `make test` does, so that it does not change under a test.
    package static let isSet: Void = {
        if let zone = getenv("TZ"), String(cString: zone) == name { return }
        TimeZoneDatabase.use(name)
    }()
}
