// SPDX-License-Identifier: Apache-2.0

/// A booth whose boards are named: units, terminals by number, a counter and a loop.
let unitExample = """
    [booth]
    code = "B0001"
    name = "Booth 1"
    county = "330225"
    grid = "330225001002"
    address = "330225001002A0001"
    longitude = 121.87
    latitude = 29.48

    [modbus.inside]
    serial = "/dev/ttyUSB0"

    [modbus.inside.unit.2]
    profile = "waveshare-io-8ch"
    response-timeout = "300ms"
    guard = { table = "holding-register", address = 0x4000, value = 2 }

    [modbus.inside.unit.255]
    profile = "lctech-4"

    [modbus.cabinet]
    tcp = "127.0.0.1:1502"

    [modbus.cabinet.unit.7]
    profile = "di8-registers"

    [[point]]
    id = "cabinet-door"
    kind = "tamper"
    modbus = { bus = "inside", unit = 2, input = 3 }

    [[point]]
    id = "help-1"
    kind = "help-button"
    modbus = { bus = "cabinet", unit = 1, table = "input-register", address = 5, counter = true }

    [[point]]
    id = "strongbox"
    kind = "tamper"
    modbus = { bus = "cabinet", unit = 1, table = "input-register", address = 6, range = "0..4095" }
    loop = { short = "..100", normal = "101..600", alarm = "601..900", cut = "901..4095" }

    [[point]]
    id = "lid"
    kind = "contact"
    category = "lid"
    class = "fault"
    priority = 3
    modbus = { bus = "cabinet", unit = 7, input = 8 }

    [[output]]
    id = "help-lamp"
    shows = "help"
    modbus = { bus = "inside", unit = 255, output = 4 }

    [[target]]
    id = "police"
    accepts = ["police", "fault"]
    http = { url = "http://127.0.0.1:8080" }
    """
