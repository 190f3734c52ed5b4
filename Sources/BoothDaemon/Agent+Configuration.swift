// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothIncidents
import BoothModel

// A configuration file that is wrong, and the last right configuration in its place.
extension Agent {
    /// Says at the start that the file was not taken: to the technician, and as a fault to the platforms. Where the file
    /// is right again, the fault has just been restored with those of the devices that are gone.
    func tellOfWrongFile() {
        guard let wrongFile else { return }
        log(.error, .configurationWrong, Self.words(on: wrongFile), [.device: DeviceID.configuration.rawValue])
        if let omitted {
            let device = DeviceID.configuration.rawValue
            log(.error, .configurationWrong, Self.words(onOmitted: omitted), [.device: device])
        }
        record(rules.take(fault: .configuration, of: .configuration, stands: true, at: clock.now()))
    }

    /// A reload found the file wrong. Where it was wrong at the start as well, status goes on to say that, and what is
    /// wrong with it now.
    func refuseReload(_ refusal: Refusal) {
        guard wrongFile == nil else {
            wrongFile = refusal.error
            reloadRefusal = nil
            return log(.error, .reloadRefused, Self.words(on: refusal.error))
        }
        func problems(_ language: Language) -> String { refusal.error.lines(in: language).joined(separator: "; ") }
        refuseReload(
            Message(
                zh: "重新读取的配置有错，继续使用原配置：\(problems(.chinese))",
                en: "the configuration read again is wrong, the old one stays: \(problems(.english))"))
    }

    /// The first problem; `boothctl check` has all of them.
    static func words(on wrongFile: ConfigurationError) -> Message {
        func first(_ language: Language) -> String { wrongFile.lines(in: language).first ?? wrongFile.file }
        return Message(
            zh: "配置文件有错，正在使用上一次可用的配置：\(first(.chinese))",
            en: "the configuration file is wrong, the last right configuration is in service: \(first(.english))")
    }

    /// What is not in service although it was once.
    static func words(onOmitted omitted: ConfigurationError) -> Message {
        func all(_ language: Language) -> String { omitted.lines(in: language).joined(separator: "; ") }
        return Message(
            zh: "本版本不接受上一次可用的配置中的某些部分，这些部分未生效：\(all(.chinese))",
            en: "this version does not take all of the last right configuration, and goes on without: \(all(.english))")
    }
}
