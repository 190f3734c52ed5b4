// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// The process at the other end of a Unix socket, as it was when the connection was made (unix(7)).
package struct PeerCredentials: Sendable, Hashable {
    /// The process that connected. It may have ended since, and its number may belong to another process.
    package var pid: pid_t
    /// The effective user.
    package var uid: uid_t
    /// The effective group.
    package var gid: gid_t
    /// The supplementary groups (SO_PEERGROUPS); empty if the kernel does not report them.
    package var groups: [gid_t]

    package init(pid: pid_t, uid: uid_t, gid: gid_t, groups: [gid_t] = []) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
        self.groups = groups
    }

    /// The peer of a connected socket.
    ///
    /// - Throws: `SystemError` when `descriptor` is not a Unix socket.
    package init(ofSocket descriptor: CInt) throws(SystemError) {
        var pid = pid_t()
        var uid = uid_t()
        var gid = gid_t()
        guard clinux_peer(descriptor, &pid, &uid, &gid) == 0 else { throw SystemError("SO_PEERCRED") }
        // NGROUPS_MAX on Linux: 256 KiB during this call.
        var groups = [gid_t](repeating: 0, count: 65_536)
        let count = clinux_peer_groups(descriptor, &groups, CInt(groups.count))
        self.init(pid: pid, uid: uid, gid: gid, groups: Array(groups.prefix(Int(max(0, count)))))
    }

    /// The number of the group called `name`; nil if there is none (getgrnam_r(3)).
    package static func group(named name: String) -> gid_t? {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var room = [CChar](repeating: 0, count: 65_536)
        guard getgrnam_r(name, &entry, &room, room.count, &found) == 0, found != nil else { return nil }
        return entry.gr_gid
    }

    /// The login name of a user; nil if there is none for that number (getpwuid_r(3)).
    package static func login(of uid: uid_t) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var room = [CChar](repeating: 0, count: 16_384)
        return room.withUnsafeMutableBufferPointer { room in
            // The entry points into `room`, so copy the text before `room` is gone.
            guard let start = room.baseAddress, getpwuid_r(uid, &entry, start, room.count, &found) == 0, found != nil,
                let name = entry.pw_name
            else { return nil }
            return String(cString: name)
        }
    }
}
