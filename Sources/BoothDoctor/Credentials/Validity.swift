// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto

/// Checks how long a certificate is still valid.
enum Validity {
    private static let day = 86_400

    /// - Parameter what: whose certificate it is.
    static func finding(
        _ certificate: Certificate, _ path: String, _ what: Message, _ clock: ClockReading
    ) -> Finding {
        guard let validity = certificate.validity else {
            return .failure(
                .credentials, path, Message(zh: "\(what.zh)：读不出有效期", en: "\(what.en): its dates cannot be read"),
                next: .plain("openssl x509 -in \(path) -noout -dates"))
        }
        if clock.now < validity.lowerBound { return early(path, what, from: validity.lowerBound, clock) }
        let left = validity.upperBound - clock.now
        let end = date(validity.upperBound)
        guard left >= 0 else { return expired(path, what, end, clock) }
        let days = left / day
        let message = Message(zh: "\(what.zh)；到 \(end)，还有 \(days) 天", en: "\(what.en); until \(end), \(days) days")
        let renew = Message(
            zh: "向签发方换新证书；换好文件后 systemctl restart boothd",
            en: "have it renewed; with the new files in place, systemctl restart boothd")
        if left < day { return .failure(.credentials, path, message, next: renew) }
        return left <= 30 * day ? .warning(.credentials, path, message, next: renew) : .ok(.credentials, path, message)
    }

    /// Not valid yet. The cause is nearly always the clock: a board without a battery starts in 1970.
    private static func early(_ path: String, _ what: Message, from start: Int, _ clock: ClockReading) -> Finding {
        .failure(
            .credentials, path,
            Message(
                zh: "\(what.zh)：\(date(start)) 才生效，而本机时钟是 \(date(clock.now))",
                en: "\(what.en): good from \(date(start)) on, and the clock says \(date(clock.now))"),
            next: Message(zh: "先校正时钟（见“时钟”）", en: "set the clock right first (see Clock)"))
    }

    private static func expired(_ path: String, _ what: Message, _ end: String, _ clock: ClockReading) -> Finding {
        .failure(
            .credentials, path,
            Message(zh: "\(what.zh)：已于 \(end) 过期", en: "\(what.en): expired on \(end)"),
            next: Message(
                zh: "向签发方换新证书；时钟若不对（现在 \(date(clock.now))），先校正时钟",
                en: "have it renewed; where the clock is wrong (it says \(date(clock.now))), set that right first"))
    }

    private static func date(_ seconds: Int) -> String {
        CivilTime(wallMilliseconds: Int64(seconds) * 1000).date.text
    }
}
