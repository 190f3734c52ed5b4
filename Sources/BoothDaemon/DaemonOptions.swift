// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

struct DaemonOptions: Equatable {
    enum Purpose: Equatable {
        case run
        /// Read the configuration, report what is wrong with it, and exit.
        case check
        case help
        case version
    }

    var purpose = Purpose.run
    var configuration = "/etc/boothd/boothd.toml"
    var stateDirectory: String
    var controlSocket: String
    #if DEBUG
        /// The loop that stops for ever at SIGUSR2, so that tests see how the watchdog reacts; not in a release.
        var wedge: String?
    #endif

    /// A command line that is not understood.
    struct UsageError: Error, Equatable {
        let message: Message
    }

    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - environment: looks up `STATE_DIRECTORY` and `RUNTIME_DIRECTORY`, as systemd sets them (systemd.exec(5)).
    init(_ arguments: [String], environment: (String) -> String?) throws(UsageError) {
        // systemd gives several directories separated by colons; use the first one.
        func directory(_ variable: String, otherwise: String) -> String {
            environment(variable)?.split(separator: ":").first.map(String.init) ?? otherwise
        }
        stateDirectory = directory("STATE_DIRECTORY", otherwise: "/var/lib/boothd")
        controlSocket = directory("RUNTIME_DIRECTORY", otherwise: "/run/boothd") + "/control"
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let inline = parts.count == 2 ? parts[1] : nil
            switch parts[0] {
            case "--config": configuration = try Self.value(of: parts[0], inline, &rest)
            case "--state-directory": stateDirectory = try Self.value(of: parts[0], inline, &rest)
            case "--control-socket": controlSocket = try Self.value(of: parts[0], inline, &rest)
            case "--check" where inline == nil: purpose = .check
            case "--help" where inline == nil, "-h" where inline == nil: purpose = .help
            case "--version" where inline == nil: purpose = .version
            #if DEBUG
                case "--wedge": wedge = try Self.value(of: parts[0], inline, &rest)
            #endif
            default: throw Self.unknown(argument)
            }
        }
    }

    /// The signal that an option needs besides the usual ones; 0: none.
    var furtherSignal: CInt {
        #if DEBUG
            wedge == nil ? 0 : SIGUSR2
        #else
            0
        #endif
    }

    private static func value(
        of option: String, _ inline: String?, _ rest: inout ArraySlice<String>
    ) throws(UsageError) -> String {
        if let value = inline ?? rest.popFirst(), !value.isEmpty { return value }
        throw UsageError(message: Message(zh: "\(option) 后面要有值", en: "\(option) needs a value after it"))
    }

    private static func unknown(_ argument: String) -> UsageError {
        UsageError(
            message: Message(zh: "不认识“\(argument)”；见 boothd --help", en: "unknown: \(argument); see boothd --help"))
    }

    static let help = Message(
        zh: """
            用法:boothd [--config 文件] [--state-directory 目录] [--control-socket 路径] [--check]

            社区警务室的值守程序，在前台运行；通常由 systemd 启动。
              --config 文件            配置文件，默认 /etc/boothd/boothd.toml
              --state-directory 目录   日志所在目录，默认 $STATE_DIRECTORY 或 /var/lib/boothd
              --control-socket 路径    boothctl 连接的套接字，默认 $RUNTIME_DIRECTORY/control 或 /run/boothd/control
              --check                  只检查配置：有错则逐行说明并以 78 退出
              --version, --help

            退出码:0 按要求停止;64 用法错误;70 其他错误；75 状态目录已被占用;78 配置错误。
            信号:SIGTERM、SIGINT 停止;SIGHUP 重新读取配置。
            """,
        en: """
            usage: boothd [--config FILE] [--state-directory DIR] [--control-socket PATH] [--check]

            The agent of a community police booth, in the foreground; systemd starts it as a rule.
              --config FILE            the configuration; default /etc/boothd/boothd.toml
              --state-directory DIR    where the journal is; default $STATE_DIRECTORY or /var/lib/boothd
              --control-socket PATH    what boothctl connects to; default $RUNTIME_DIRECTORY/control or /run/boothd/control
              --check                  only check the configuration: every problem on a line, exit 78 if there is one
              --version, --help

            Exit codes: 0 stopped as asked; 64 usage; 70 any other failure; 75 the state directory is in use; 78 configuration wrong.
            Signals: SIGTERM and SIGINT stop it; SIGHUP reads the configuration again.
            """)
}
