// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A sentence for people, in the two languages of the product.
package struct Message: Sendable, Hashable, Codable {
    package var zh: String
    package var en: String

    package init(zh: String, en: String) {
        self.zh = zh
        self.en = en
    }

    /// The sentence in one of the two.
    package func text(in language: Language) -> String {
        switch language {
        case .chinese: zh
        case .english: en
        }
    }
}

extension Message {
    /// An answer was not written, or not all of it.
    ///
    /// - Parameter reason: the step that failed and the system's words.
    package static func notWritten(_ reason: String) -> Message {
        Message(zh: "标准输出无法写入：\(reason)", en: "standard output cannot be written: \(reason)")
    }
}

package enum Language: String, Sendable, CaseIterable {
    case chinese = "zh"
    case english = "en"

    /// The language that the environment asks for: `LC_ALL`, `LC_MESSAGES`, then `LANG` (locale(7)).
    ///
    /// Chinese if the locale says so, otherwise English.
    package static var ofEnvironment: Language {
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            guard let value = getenv(name), value.pointee != 0 else { continue }
            return String(cString: value).hasPrefix("zh") ? .chinese : .english
        }
        return .english
    }
}

extension Int {
    /// The number with what it counts, in English: `1 unit`, `2 units`.
    ///
    /// - Parameter several: the plural, if adding an `s` is not enough.
    package func counted(_ one: String, _ several: String? = nil) -> String {
        "\(self) \(self == 1 ? one : several ?? one + "s")"
    }
}
