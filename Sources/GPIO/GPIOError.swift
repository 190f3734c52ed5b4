// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A libgpiod call that failed: the operation, and `errno`.
package struct GPIOError: Error, Equatable, CustomStringConvertible {
    /// The operation that failed, in words for people.
    package enum Operation: String, Sendable {
        case openChip = "open chip"
        case readLineInfo = "read line info"
        case requestLines = "request lines"
        case readEdges = "read edges"
        case readValues = "read values"
        case reconfigure = "reconfigure lines"
        case writeValues = "write values"
    }

    package let operation: Operation
    /// `errno`: `EBUSY` for a line that is held, `ENODEV` for a chip that is gone.
    package let code: CInt

    package init(_ operation: Operation, code: CInt) {
        self.operation = operation
        self.code = code
    }

    /// Whether the chip is gone.
    package var meansChipGone: Bool {
        switch operation {
        // When edges are requested, ENXIO means that the line has no interrupt (gpiolib-cdev.c).
        case .requestLines, .reconfigure: code == ENODEV
        default: code == ENODEV || code == ENXIO
        }
    }

    /// Operation and cause on one line: `gpio: request lines: Device or resource busy`.
    package var description: String { "gpio: \(operation.rawValue): \(String(cString: strerror(code)))" }
}
