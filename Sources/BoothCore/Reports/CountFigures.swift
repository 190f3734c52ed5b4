// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// How many incidents were opened in the period, in all and by category.
struct CountFigures {
    private(set) var raised = 0
    private(set) var undated = 0
    private(set) var repeats = 0
    private(set) var tests = 0
    private var byCategory: [Category: BoothReport.CategoryCount] = [:]

    mutating func add(_ placed: PlacedIncident) {
        guard placed.isRaised else { return }
        let incident = placed.incident
        let blank = BoothReport.CategoryCount(category: incident.category, raised: 0, repeats: 0, tests: 0)
        guard !incident.test else {
            tests += 1
            byCategory[incident.category, default: blank].tests += 1
            return
        }
        raised += 1
        repeats += incident.repeats
        if placed.opening == nil { undated += 1 }
        byCategory[incident.category, default: blank].raised += 1
        byCategory[incident.category, default: blank].repeats += incident.repeats
    }

    var categories: [BoothReport.CategoryCount] {
        byCategory.values.sorted { $0.category.rawValue < $1.category.rawValue }
    }
}
