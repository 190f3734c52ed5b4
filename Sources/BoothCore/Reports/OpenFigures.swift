// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Figures on the incidents that were open at the period's end.
struct OpenFigures {
    /// The most open incidents that are listed. The report is an event, and must stay small enough for every platform.
    static let mostItems = 500

    private let placement: Placement
    private var byPriority: [Priority: Int] = [:]
    private var oldest: WallTime?
    /// The items so far, fewer than 2 × `mostItems`. When there are that many, they are sorted and the first
    /// `mostItems` stay.
    private var items: [Item] = []
    /// The place of the last incident that can be listed; nil: every incident can.
    private var last: Place?

    private struct Item {
        let place: Place
        let item: BoothReport.OpenItem
    }

    /// The order of the list: the most urgent first, then the oldest. Within a priority, undated incidents come before
    /// dated ones.
    private struct Place: Comparable {
        let priority: Priority
        let opened: Int64
        let id: EventID

        static func < (one: Place, other: Place) -> Bool {
            (one.priority.rawValue, one.opened, one.id) < (other.priority.rawValue, other.opened, other.id)
        }
    }

    init(_ placement: Placement) {
        self.placement = placement
    }

    mutating func add(_ placed: PlacedIncident) {
        guard placed.end == .open else { return }
        let incident = placed.incident
        byPriority[incident.priority, default: 0] += 1
        if let opening = placed.opening { oldest = min(oldest ?? opening, opening) }
        let place = Place(
            priority: incident.priority, opened: placed.opening?.milliseconds ?? .min, id: incident.id)
        if let last, place > last { return }
        items.append(Item(place: place, item: .init(incident, opened: placed.opening.map(placed.placement.text))))
        if items.count == 2 * Self.mostItems { dropUnlisted() }
    }

    private mutating func dropUnlisted() {
        items.sort { $0.place < $1.place }
        items.removeLast(items.count - Self.mostItems)
        last = items.last?.place
    }

    var figures: BoothReport.Open {
        BoothReport.Open(
            total: byPriority.values.reduce(0, +),
            byPriority: byPriority.sorted { $0.key < $1.key }.map { .init(priority: $0.key, count: $0.value) },
            oldest: oldest.map(placement.text))
    }

    var listed: [BoothReport.OpenItem] {
        items.sorted { $0.place < $1.place }.prefix(Self.mostItems).map(\.item)
    }
}
