// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// A technician's limits for a scan.
package struct ScanOptions: Sendable, Hashable {
    /// The addresses to ask; nil: all.
    package var units: [Int]?
    /// The speeds to try; nil: factory settings of known boards, and common ones.
    package var bauds: [Int]?
    /// The parities to try; nil: the usual ones of each speed.
    package var parities: [ModbusBusConfiguration.Parity]?
    /// How long a unit may take to begin its answer; nil: a time that nearly all boards keep.
    package var timeout: Duration?
    /// Whether to try rare settings and reads too.
    package var all = false

    package init() {}

    /// The speeds that a serial line supports.
    package static let everyBaud = [
        300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 500_000, 576_000, 921_600,
    ]

    /// On a serial line: most boards answer within 5 to 20 ms. A slower unit is heard late and asked again.
    package static let serialTimeout = Duration.milliseconds(30)
}

/// The settings of a serial line; always eight data bits.
extension SerialLine {
    /// As a manual writes it: `9600 8N1`.
    package var notation: String {
        let letter =
            switch parity {
            case .none: "N"
            case .even: "E"
            case .odd: "O"
            }
        return "\(baud) 8\(letter)\(stopBits)"
    }

    package init(baud: Int, _ parity: ModbusBusConfiguration.Parity, stopBits: Int = 1) {
        let bit: Parity =
            switch parity {
            case .none: .none
            case .even: .even
            case .odd: .odd
            }
        self.init(baud: baud, parity: bit, stopBits: stopBits)
    }
}
