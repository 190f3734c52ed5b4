// SPDX-License-Identifier: Apache-2.0

// Makes the reply from the journal's findings.
extension VerifyReply {
    package init(_ findings: ChainFindings, full: Bool, in zone: Zone) {
        self.init(
            full: full, problem: findings.problem.map(Problem.init), at: findings.at,
            oldest: findings.oldest.map { Place($0, in: zone) }, newest: findings.newest.map { Place($0, in: zone) },
            checked: findings.checked, head: findings.head, reports: findings.reports, reported: findings.reported)
    }
}

extension VerifyReply.Problem {
    fileprivate init(_ problem: ChainFindings.Problem) {
        switch problem {
        case .changed: self = .changed
        case .missing: self = .missing
        case .contradicted: self = .contradicted
        case .unreadable: self = .unreadable
        }
    }
}

extension VerifyReply.Place {
    fileprivate init(_ place: ChainFindings.Place, in zone: Zone) {
        self.init(
            event: place.number, time: place.time.text(in: zone))
    }
}
