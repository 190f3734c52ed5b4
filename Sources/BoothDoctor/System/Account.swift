// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The machine's local users and groups (passwd(5), group(5)).
struct UserDatabase {
    private struct User {
        var name: String
        var uid: uid_t
        var gid: gid_t
    }

    private struct Group {
        var name: String
        var gid: gid_t
        var members: [String]
    }

    private let users: [User]
    private let groups: [Group]

    init(system: SystemFiles) {
        users = Self.rows(system.text("/etc/passwd")).compactMap { row in
            guard row.count >= 4, let uid = uid_t(row[2]), let gid = gid_t(row[3]) else { return nil }
            return User(name: row[0], uid: uid, gid: gid)
        }
        groups = Self.rows(system.text("/etc/group")).compactMap { row in
            guard row.count >= 4, let gid = gid_t(row[2]) else { return nil }
            return Group(name: row[0], gid: gid, members: row[3].split(separator: ",").map(String.init))
        }
    }

    /// A user with all groups; nil if there is no such user.
    func account(named name: String) -> Account? {
        guard let user = users.first(where: { $0.name == name }) else { return nil }
        let memberships = groups.filter { $0.members.contains(name) }.map(\.gid)
        return Account(name: name, uid: user.uid, groups: Set(memberships + [user.gid]))
    }

    func userName(_ uid: uid_t) -> String { users.first { $0.uid == uid }?.name ?? String(uid) }
    func groupName(_ gid: gid_t) -> String { groups.first { $0.gid == gid }?.name ?? String(gid) }
    func group(named name: String) -> gid_t? { groups.first { $0.name == name }?.gid }

    private static func rows(_ text: String?) -> [[String]] {
        (text ?? "").split(separator: "\n").map { line in
            line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
    }
}

/// A user, with what the kernel checks when a file is opened.
struct Account: Hashable {
    var name: String
    var uid: uid_t
    /// The primary group and the others.
    var groups: Set<gid_t>

    init(name: String, uid: uid_t, groups: Set<gid_t>) {
        self.name = name
        self.uid = uid
        self.groups = groups
    }

    /// The user that the agent runs as; if it does not run, the user of its unit.
    init?(agent: AgentContact, unit: ServiceUnit?, users: UserDatabase, system: SystemFiles) {
        if let peer = agent.credentials {
            self.init(name: users.userName(peer.uid), uid: peer.uid, groups: [peer.gid])
            groups.formUnion(ProcessList.groups(of: peer.pid, in: system))
            return
        }
        guard var found = users.account(named: unit?.user ?? Circumstances.userName) else { return nil }
        found.groups.formUnion((unit?.supplementaryGroups ?? []).compactMap(users.group(named:)))
        self = found
    }

    /// What denies an account access to a file.
    struct Obstacle: Hashable {
        /// The file, or the first directory on its path that cannot be entered.
        var path: String
        var isDirectory: Bool
    }

    /// The access that open(2) needs, as mode bits: 4 to read, 2 to write.
    enum Wish: mode_t {
        case read = 4
        case readWrite = 6
    }

    /// What denies access to `path` by owner, group and mode; nil if nothing does. Access control lists are not
    /// checked.
    ///
    /// - Parameters:
    ///   - path: an absolute path on the machine without symbolic links.
    func obstacle(to path: String, _ wish: Wish, in system: SystemFiles) -> Obstacle? {
        // Root is not limited by modes (capabilities(7), CAP_DAC_OVERRIDE).
        if uid == 0 { return nil }
        var passed = ""
        for part in path.split(separator: "/").dropLast() {
            passed += "/\(part)"
            guard let status = FileStatus(system.path(passed)) else { continue }
            if granted(status) & 1 == 0 { return Obstacle(path: passed, isDirectory: true) }
        }
        guard let status = FileStatus(system.path(path)) else { return nil }
        return granted(status) & wish.rawValue == wish.rawValue ? nil : Obstacle(path: path, isDirectory: false)
    }

    /// The three mode bits that apply to this account (path_resolution(7)).
    private func granted(_ status: FileStatus) -> mode_t {
        if status.owner == uid { return status.permissions >> 6 & 7 }
        return (groups.contains(status.group) ? status.permissions >> 3 : status.permissions) & 7
    }
}
