// SPDX-License-Identifier: Apache-2.0
import Modbus

/// One command line for the board, for example what its inputs do; `help` lists all commands.
enum BoardCommand: Sendable, Hashable {
    /// The position of a value: a bit or register of a unit.
    struct Place: Sendable, Hashable {
        var unit: Int
        var table: DataTable
        var address: Int
    }

    enum Value: Sendable, Hashable {
        case on, off
        case number(UInt16)
    }

    /// How a unit handles requests.
    enum Conduct: Sendable, Hashable {
        case answer, silence, garble
        case delay(Duration)
        case split(Duration)
        case refuse(UInt8)
    }

    case name(String, Place, isActiveLow: Bool)
    case set(Place, Value)
    case setNamed(String, Value)
    case press(String, hold: Duration)
    case conduct(unit: Int, Conduct)
    case wait(Duration)
    case quit
    case help

    /// How long a press without `for` is held, at least.
    static let shortestHold = Duration.milliseconds(200)

    static let helpText = """
        name NAME unit U TABLE ADDRESS [active low]   gives an input a name; TABLE: coil, discrete-input,
                                                      input-register, holding-register
        set unit U TABLE ADDRESS VALUE                VALUE: on, off or 0 to 65535
        set NAME VALUE                                on: active
        press NAME [for 500ms]                        active until it was read, 200ms at least; then released
        silence unit U                                no answer any more
        answer unit U                                 answers at once and rightly again
        delay unit U 800ms                            answers late
        split unit U 50ms                             answers in two parts, so far apart
        garble unit U                                 answers with a wrong checksum or transaction
        refuse unit U exception 6                     answers with an exception, 1 to 11
        wait 2s                                       before the lines that follow
        quit                                          ends the board
        """
}

/// A line that the board cannot execute: what is wrong, and what would be right.
package struct BoardLineError: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ wrong: String, _ right: String) {
        description = "\(wrong); \(right)"
    }
}
