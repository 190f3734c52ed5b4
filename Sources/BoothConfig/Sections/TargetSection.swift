// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `[[target]]`: the platforms.
extension ConfigurationReader {
    func targets(in file: TableReader) -> [TargetConfiguration] {
        requireOne("target", in: file)
        var ids = ClaimedIDs()
        var authority: String?
        return file.tables("target") { table in
            let id = table.required("id", .id)
            if let id { ids.claim(id, by: table) }
            let accepts = accepted(in: table)
            let hasAuthority = table.value("tasks", .flag, default: false)
            let role: Role? = table.optional("role", .word)
            let endpoint = endpoint(in: table)
            if hasAuthority {
                noteSecondAuthority(after: authority, in: table)
                authority = authority ?? id ?? "?"
            }
            var target = id.flatMap { id in
                endpoint.map { endpoint in
                    TargetConfiguration(
                        id: TargetID(rawValue: id), accepts: accepts, hasAuthority: hasAuthority,
                        isBackup: role == .backup, endpoint: endpoint)
                }
            }
            // Read these keys even without a target, to find their problems.
            pace(in: table, of: &target)
            return target
        }
    }

    private enum Role: String, CaseIterable {
        case backup
    }

    private func accepted(in table: TableReader) -> Set<IncidentClass> {
        let notation = Notation<IncidentClass>.word
        let classes = table.list("accepts", of: notation)
        if table.count(of: "accepts") == 0 {
            let expected = Message(zh: "至少一个 \(notation.expected.zh) 的数组", en: "an array of \(notation.expected.en)")
            if table.isPresent("accepts") {
                problems.note(
                    at: table.valuePlace("accepts"), zh: "\"accepts\" 是空的；请写\(expected.spacedChinese)",
                    en: "\"accepts\" is empty; write \(expected.en)")
            } else {
                table.noteMissing("accepts", expected)
            }
        }
        var accepted: Set<IncidentClass> = []
        for (incidentClass, place) in classes where !accepted.insert(incidentClass).inserted {
            problems.note(
                at: place, zh: "\"\(incidentClass.rawValue)\" 重复；每类写一次",
                en: "\"\(incidentClass.rawValue)\" stands here twice; write each class once")
        }
        return accepted
    }

    private func noteSecondAuthority(after authority: String?, in table: TableReader) {
        guard let authority else { return }
        problems.note(
            at: table.valuePlace("tasks"), zh: "目标 \"\(authority)\" 已可下达任务；只能有一个 tasks = true",
            en: "the target \"\(authority)\" may send tasks already; only one can have tasks = true")
    }

    private typealias Scheme = TargetConfiguration.Scheme

    /// The endpoint: exactly one of the tables named after a scheme.
    private func endpoint(in table: TableReader) -> TargetConfiguration.Endpoint? {
        // Read every table, to find its problems.
        let endpoints = Scheme.allCases.compactMap { endpoint($0, in: table) }
        let present = Scheme.allCases.map(\.rawValue).filter { table.isPresent($0) }
        switch present.count {
        case 0:
            table.noteMissing(
                "https", Message(zh: "https = { url = \"https://…\", … }", en: "https = { url = \"https://…\", … }"))
            return nil
        case 1: return endpoints.first
        default:
            let (one, other) = (present[0], present[1])
            problems.note(
                at: max(table.keyPlace(one), table.keyPlace(other)),
                zh: "同时有 \"\(one)\" 和 \"\(other)\"；只能保留一个", en: "both \"\(one)\" and \"\(other)\"; keep one of them")
            return nil
        }
    }

    private func endpoint(_ scheme: Scheme, in table: TableReader) -> TargetConfiguration.Endpoint? {
        switch scheme {
        case .https: table.table("https") { secureEndpoint(in: $0) }
        case .http:
            table.table("http") { http in
                http.required("url", .loopbackURL).map { TargetConfiguration.Endpoint(url: $0) }
            }
        }
    }

    private func secureEndpoint(in https: TableReader) -> TargetConfiguration.Endpoint? {
        let url = https.required("url", .httpsURL)
        let ca = https.optional("ca", .pemFile(.certificate, in: locations))
        let certificate = https.optional("certificate", .pemFile(.certificate, in: locations))
        let key = https.optional("key", .pemFile(.privateKey, in: locations))
        for (present, missing) in [("certificate", "key"), ("key", "certificate")]
        where https.isPresent(present) && !https.isPresent(missing) {
            problems.note(
                at: https.place, zh: "有 \"\(present)\" 而缺少 \"\(missing)\"；两者须一起写",
                en: "\"\(missing)\" is missing beside \"\(present)\"; write both or neither")
        }
        return url.map { TargetConfiguration.Endpoint(url: $0, ca: ca, certificate: certificate, key: key) }
    }

    /// Reads the intervals and rates for sending.
    private func pace(in table: TableReader, of target: inout TargetConfiguration?) {
        // An empty target has the default values.
        let usual = TargetConfiguration(id: "", accepts: [], endpoint: .init(url: ""))
        let retryFirst = table.value("retry-first", .duration(atMost: "1d"), default: usual.retryFirst)
        let retryMost = table.value("retry-most", .duration(atMost: "1d"), default: usual.retryMost)
        if retryMost < retryFirst {
            let key = table.isPresent("retry-most") ? "retry-most" : "retry-first"
            problems.note(
                at: table.valuePlace(key), zh: "\"retry-most\" 小于 \"retry-first\"；应不小于它",
                en: "\"retry-most\" is less than \"retry-first\"; it has to be as much or more")
        }
        let timeout = table.value("timeout", .duration(atMost: "1h"), default: usual.timeout)
        let receiptWait = table.value("receipt-wait", .duration(atMost: "1d"), default: usual.receiptWait)
        let heartbeat = table.value("heartbeat", .duration(atLeast: "1s", atMost: "1d"), default: usual.heartbeat)
        let rate = table.value("rate", .rate, default: usual.rate)
        target?.retryFirst = retryFirst
        target?.retryMost = retryMost
        target?.timeout = timeout
        target?.receiptWait = receiptWait
        target?.heartbeat = heartbeat
        target?.rate = rate
    }
}

extension Notation where Value == Double {
    fileprivate static var rate: Notation {
        .number(0...1_000_000, zh: "每秒消息数 0..1000000，0 为不限", en: "events a second, 0..1000000; 0: no limit")
    }
}
