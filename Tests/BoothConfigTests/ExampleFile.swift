// SPDX-License-Identifier: Apache-2.0
import Glibc

@testable import BoothConfig
@testable import BoothModel

/// A directory of its own with the files that the example names; removed with this value.
final class ExampleDirectory {
    let path: String

    init() {
        var template = Array("/tmp/boothd-config-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "no temporary directory")
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        write(Self.certificate, to: "ca.pem")
        write(Self.certificate, to: "booth.pem")
        write(Self.key, to: "booth.key")
    }

    deinit {
        for name in ["ca.pem", "booth.pem", "booth.key", "boothd.toml", "boards.toml"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    func write(_ text: String, to name: String) {
        guard let file = fopen("\(path)/\(name)", "we") else { preconditionFailure("cannot write \(name)") }
        fputs(text, file)
        fclose(file)
    }

    /// The configuration that `text` is, as `boothd.toml` of this directory.
    func read(_ text: String, credentials: String? = nil) throws(ConfigurationError) -> Configuration {
        try ConfigurationFile.read(
            ConfigurationText(bytes: Array(text.utf8)), path: "\(path)/boothd.toml", credentialsDirectory: credentials)
    }

    /// The configuration that `text` is with `boards` as the boards.toml beside it.
    func read(_ text: String, boards: String) throws(ConfigurationError) -> Configuration {
        try ConfigurationFile.read(
            ConfigurationText(bytes: Array(text.utf8), boards: Array(boards.utf8)), path: "\(path)/boothd.toml")
    }

    /// What is wrong with `text`: `LINE:COLUMN: message` in English.
    func problems(of text: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try read(text)
            return []
        } catch {
            return error.lines(in: .english).map { String($0.dropFirst("\(path)/boothd.toml:".count)) }
        }
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBdDCCARqgAwIBAgIUfakefakefakefakefakefakefake
        -----END CERTIFICATE-----

        """
    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49fakefakefakefakefakefakefake
        -----END PRIVATE KEY-----

        """
}

/// The example of the documentation, which is valid as it stands.
let exampleFile = """
    [booth]
    code = "B0001"                      # unique in the county; required
    name = "丹东街道第三警务室"           # required
    county = "330225"                   # GB/T 2260, six digits; required
    grid = "330225001002"               # grid number on the map; required
    address = "330225001002A0001"       # standard address code, opaque; required
    longitude = 121.87                  # WGS 84 degrees; both required
    latitude = 29.48
    site = "town"                       # school | commerce | hospital | scenic | town | station
    time-zone = "Asia/Shanghai"         # for schedules and reports

    [schedule]                          # when officers are in; the rest of the week is unattended
    attended = ["Tue 08:30-11:30", "Thu 14:00-17:00"]
    closed = ["2026-10-01..2026-10-07"] # no attendance on these dates

    [storage]
    limit = "256MiB"                    # most that the journal may take on disk; 1MiB or more

    [clock]
    trust = "kernel"                    # kernel: what adjtimex says, and holdover after that; always: take it as set (tests, odd boards)

    [gpio.booth-io]
    chip = "label:booth-io"             # or "path:/dev/gpiochip0", "name:gpiochip0"; a label survives renumbering

    [modbus.inside]
    serial = "/dev/serial/by-id/usb-FTDI_FT232R_A10K"
    baud = 9600
    parity = "none"                     # none | even | odd
    stop-bits = 1
    response-timeout = "100ms"

    [modbus.cabinet]
    tcp = "127.0.0.1:1502"
    response-timeout = "500ms"

    [[point]]
    id = "help-1"
    kind = "help-button"
    name = "门口求助按钮"
    gpio = { chip = "booth-io", line = "HELP1", active = "low", bias = "pull-up" }   # line: name or offset
    debounce = "10ms"

    [[point]]
    id = "room-door"
    kind = "room-door"
    modbus = { bus = "cabinet", unit = 1, table = "discrete-input", address = 0, active = "low", poll = "200ms" }

    [[point]]
    id = "mail-slot"
    kind = "mail-slot"
    modbus = { bus = "inside", unit = 1, table = "discrete-input", address = 1, poll = "100ms" }

    [[point]]
    id = "mail-door"
    kind = "mail-door"
    modbus = { bus = "inside", unit = 1, table = "discrete-input", address = 2, poll = "200ms" }

    [[point]]
    id = "strongbox"                    # a supervised loop on an analogue module: the raw value says normal, alarm, cut or short
    kind = "tamper"
    modbus = { bus = "inside", unit = 2, table = "input-register", address = 3, poll = "500ms" }
    loop = { short = "..100", normal = "101..600", alarm = "601..900", cut = "901.." }

    [[output]]
    id = "help-lamp"
    shows = "help"                      # help: what a person who pressed needs to know; fault: the agent needs a technician
    modbus = { bus = "cabinet", unit = 1, table = "coil", address = 0 }

    [[target]]
    id = "police"
    accepts = ["police", "fault"]
    tasks = true                        # the one target that may send tasks
    https = { url = "https://127.0.0.1:8443", ca = "ca.pem", certificate = "booth.pem", key = "booth.key" }

    [[target]]
    id = "grid"
    accepts = ["community"]
    https = { url = "https://127.0.0.1:8444", ca = "ca.pem", certificate = "booth.pem", key = "booth.key" }
    """
