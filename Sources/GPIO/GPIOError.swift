// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A call to libgpiod that failed: which step, and `errno`.
package struct GPIOError: Error, Equatable, CustomStringConvertible {
    /// The step that failed, as a person would name it.
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
    /// `errno` as the call left it: `EBUSY` for a line that is held, `ENODEV` for a chip that is gone.
    package let code: CInt

    package init(_ operation: Operation, code: CInt) {
        self.operation = operation
        self.code = code
    }

    /// Whether the chip itself is no longer there.
    package var meansChipGone: Bool {
        switch operation {
        // Of a line that is asked for its edges, ENXIO says that it has no interrupt (gpiolib-cdev.c).
        case .requestLines, .reconfigure: code == ENODEV
        default: code == ENODEV || code == ENXIO
        }
    }

    /// Step and cause on one line: `gpio: request lines: Device or resource busy`.
    package var description: String { "gpio: \(operation.rawValue): \(String(cString: strerror(code)))" }
}
