// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothControl
import BoothModel

/// The verb `check`: reads a configuration file as the service would; needs no agent.
struct ConfigurationCheck {
    static let defaultFile = "/etc/boothd/boothd.toml"

    /// One problem, for programs.
    private struct Problem: Encodable {
        var file: String
        var line: Int
        var column: Int
        var message: String
        var messageInChinese: String

        enum CodingKeys: String, CodingKey {
            case file, line, column, message
            case messageInChinese = "message_zh"
        }
    }

    let file: String
    private let error: ConfigurationError?

    init(file: String) {
        self.file = file
        do throws(ConfigurationError) {
            try ConfigurationFile.check(path: file)
            error = nil
        } catch {
            self.error = error
        }
    }

    var isGood: Bool { error == nil }

    /// `FILE:LINE:COLUMN: what is wrong; what would be right`, in file order.
    func lines(in language: Language) -> [String] {
        error?.lines(in: language) ?? []
    }

    /// `{"problems":[…]}`
    var json: String {
        let problems = (error?.problems ?? []).map {
            Problem(
                file: $0.file ?? file, line: $0.line, column: $0.column, message: $0.message.en,
                messageInChinese: $0.message.zh)
        }
        return JSONText.encode(["problems": problems])
    }
}
