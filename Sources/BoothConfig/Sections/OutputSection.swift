// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `[[output]]`: the lamps.
extension ConfigurationReader {
    func outputs(in file: TableReader) -> [OutputConfiguration] {
        var ids = ClaimedIDs()
        return file.tables("output") { table in
            let id = table.required("id", .id)
            if let id { ids.claim(id, by: table) }
            let shows: OutputConfiguration.Shows? = table.required("shows", .word)
            let owner = "output \"\(id ?? "?")\""
            let gpio = gpioSource(in: table, owner: owner)
            let modbus = modbusSink(in: table, owner: owner)
            let sink: OutputConfiguration.Sink? = gpio.map { .gpio($0) } ?? modbus.map { .modbus($0) }
            guard hasOneDevice(table), let id, let shows, let sink else { return nil }
            return OutputConfiguration(id: id, shows: shows, sink: sink)
        }
    }
}
