// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothScan
import BoothSensing
import Modbus

/// Checks whether a serial line gives back its own requests, which would look like answers.
enum EchoCheck {
    static func finding(of bus: String) -> Finding {
        .failure(
            .modbus, bus,
            Message(zh: "适配器有本地回显：总线收到的是自己的请求", en: "local echo: the bus hears its own requests"),
            next: Message(
                zh: "关闭回显：RE 与 DE 相连，或拨动适配器的 echo 开关",
                en: "turn it off: join RE and DE, or set the adapter's echo switch"))
    }

    /// Tests each unused serial line with one read, only while no agent runs. A running agent would know.
    static func findings(_ configuration: Configuration, in booth: Circumstances) -> [Finding] {
        configuration.buses.compactMap { bus in
            guard case .serial(let path, _, _, _) = bus.transport, let device = booth.system.resolved(path),
                !booth.processes.isIncomplete, booth.processes.holders(of: device).isEmpty,
                let unit = unit(of: bus.name, configuration)
            else { return nil }
            var line = bus
            line.transport = bus.transport.serial(at: booth.system.path(device))
            return hasEcho(line, unit) ? finding(of: bus.name) : nil
        }
    }

    private static func unit(of bus: String, _ configuration: Configuration) -> Int? {
        configuration.points.compactMap(\.modbusSource).first { $0.bus == bus }?.unit
    }

    /// Returns false for a line that cannot be opened; the serial checks report that.
    static func hasEcho(_ bus: ModbusBusConfiguration, _ unit: Int) -> Bool {
        do throws(ModbusError) {
            let line = try ReadOnlyLine(to: ModbusEndpoint(bus.transport), responseTimeout: bus.responseTimeout)
            return try line.hasEcho(of: ReadRequest(unit: unit, table: .holdingRegisters, address: 0, count: 1))
        } catch {
            return false
        }
    }
}

extension ModbusBusConfiguration.Transport {
    /// The same line at another path.
    fileprivate func serial(at path: String) -> Self {
        guard case .serial(_, let baud, let parity, let stopBits) = self else { return self }
        return .serial(path: path, baud: baud, parity: parity, stopBits: stopBits)
    }
}
