// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal

/// Another program that polls Modbus units, to compare with the agent.
enum Peer: CaseIterable, Sendable {
    case libmodbus, mbpoll, collectd, pymodbus

    /// An installed peer and its version.
    struct Found: Sendable {
        let peer: Peer
        /// The path of the program or interpreter.
        let program: String
        let version: String

        var name: Message {
            Message(zh: "\(peer.name.zh) \(version)", en: "\(peer.name.en) \(version)")
        }
    }

    var name: Message {
        switch self {
        case .libmodbus: Message(zh: "libmodbus 循环", en: "libmodbus loop")
        case .mbpoll, .collectd, .pymodbus: Message(zh: "\(self)", en: "\(self)")
        }
    }

    /// The Debian packages that contain it.
    private var packages: String {
        switch self {
        case .libmodbus: "gcc libmodbus-dev"
        case .mbpoll: "mbpoll"
        case .collectd: "collectd-core"
        case .pymodbus: "python3-pymodbus python3-serial python3-serial-asyncio"
        }
    }

    /// The text shown instead of figures if it is not installed.
    var absence: Message {
        Message(zh: "未安装(apt install \(packages))", en: "not installed (apt install \(packages))")
    }

    private static let packageVersion = "dpkg-query -W -f='${Version}\\n'"

    /// A script that prints the program's path and its version, a line each. It fails if the program is missing. `$0`
    /// is a work folder.
    private func search() throws -> String {
        switch self {
        case .libmodbus:
            """
            cc -O2 -o "$0/libmodbus-loop" '\(try BuiltPrograms.packageFile("Sources/booth-bench/Peers/libmodbus-loop.c"))' \
                $(pkg-config --cflags --libs libmodbus) && echo "$0/libmodbus-loop" && pkg-config --modversion libmodbus
            """
        // These programs report another version than their package, or none.
        case .mbpoll: "command -v mbpoll && \(Self.packageVersion) mbpoll | sed 's/[+-].*//'"
        case .collectd:
            """
            PATH=$PATH:/usr/sbin; [ -r /usr/lib/collectd/modbus.so ] && command -v collectd &&
                \(Self.packageVersion) collectd-core | sed 's/[+-].*//'
            """
        case .pymodbus:
            """
            for python in "${PYTHON:-python3}" /usr/bin/python3; do
                version=$("$python" -c 'import serial, pymodbus, pymodbus.client; print(pymodbus.__version__)') || continue
                command -v "$python" && echo "$version" && exit 0
            done
            exit 1
            """
        }
    }

    /// Looks for it on this machine. The loop over libmodbus is compiled into `folder`.
    ///
    /// - Returns: nil if it is not installed.
    func find(workingIn folder: String) throws -> Found? {
        let shell = try ChildProcess("/bin/sh", ["-c", try search(), folder])
        guard try shell.wait(within: BenchBooth.patience) == .exited(0) else { return nil }
        let lines = shell.lines.filter { $0.stream == .output }.map(\.text)
        return lines.first.map { Found(peer: self, program: $0, version: lines.dropFirst().first ?? "") }
    }
}

extension Peer.Found {
    /// Starts it with a task.
    ///
    /// - Parameter name: the name of its files in the booth's folder.
    /// - Returns: nil if it cannot do the task.
    func start(_ task: PollingTask, named name: String, in booth: BenchBooth) throws -> ChildProcess? {
        switch (peer, task.link) {
        case (.libmodbus, _): return try ChildProcess(program, task.loopArguments)
        case (.pymodbus, _):
            let script = try BuiltPrograms.packageFile("Sources/booth-bench/Peers/pymodbus-loop.py")
            return try ChildProcess(program, [script] + task.loopArguments)
        case (.mbpoll, .serial(let path, let baud)):
            return try silently(mbpollArguments(task, path, baud))
        case (.collectd, .serial(let path, let baud)):
            let file = try booth.write(collectdConfiguration(task, path, baud, booth.folder), named: "\(name).conf")
            return try silently(["-f", "-C", file, "-P", booth.file("\(name).pid")])
        case (.mbpoll, .tcp), (.collectd, .tcp): return nil
        }
    }

    /// Runs it without output, because reading its output would cost this process time.
    private func silently(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program] + arguments)
    }

    private func mbpollArguments(_ task: PollingTask, _ path: String, _ baud: Int) -> [String] {
        let timeout = Double(PollingTask.responseTimeout.milliseconds) / 1000
        let rate = task.period ?? PollingTask.shortestPeriod
        return [
            "-m", "rtu", "-a", "1:\(task.units)", "-b", "\(baud)", "-P", "none", "-t", "1", "-r", "1", "-c", "1",
            "-l", "\(rate.milliseconds)", "-o", "\(timeout)", path,
        ]
    }

    /// It reads registers only, and uses libmodbus' own response timeout of 500 ms.
    private func collectdConfiguration(
        _ task: PollingTask, _ path: String, _ baud: Int, _ folder: String
    ) -> String {
        let interval = Double((task.period ?? PollingTask.shortestPeriod).milliseconds) / 1000
        let slaves = (1...task.units).map {
            "    <Slave \($0)>\n      Instance \"\($0)\"\n      Collect \"input\"\n    </Slave>\n"
        }
        return """
            BaseDir "\(folder)"
            TypesDB "/usr/share/collectd/types.db"
            Interval \(interval)
            ReadThreads 1
            LoadPlugin modbus
            <Plugin modbus>
              <Data "input">
                RegisterBase 0
                RegisterType Uint16
                RegisterCmd ReadInput
                Type gauge
                Instance "input"
              </Data>
              <Host "bus">
                Device "\(path)"
                Baudrate \(baud)
                Interval \(interval)
            \(slaves.joined())  </Host>
            </Plugin>

            """
    }
}
