// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `boothctl help`.
enum Help {
    static let text = Message(
        zh: """
            用法：boothctl [选项] 命令

            命令：
              status             一屏概况：是否在用及原因、点位、未办结事件、平台与队列、存储、时钟
              points             每个点位的状态、原值、质量
              incidents [编号]   未办结的事件；--all 列出全部；带编号（前 8 个字符以上）则显示一起事件的全过程
              queue              每个平台还没有受理的
              events [--follow]  最近的消息；--follow 继续显示新的
              ack 编号           已知悉一起事件
              close 编号 --outcome 结果
                                 办结一起事件，写明结果
              arm                布防：不论时间表，视为无人
              disarm [--until 时间]
                                 撤防：视为有人，至 17:00、"2026-11-21 17:00" 或 2026-11-21T17:00+08:00；
                                 不写时间则到时间表下次变化为止，最长 12 小时
              retry 编号|--all   把平台拒收的消息重新投递，等待中的立即尝试
              test [--point 点位]
                                 步行测试：每次动作到落盘、发出、受理各用多少毫秒；都标为测试，Ctrl-C 结束
              report             今天的统计；--week、--month 为本周、本月，--date 2026-11-21 为那一天所在的，
                                 --csv 输出给电子表格
              verify [--full]    核对日志的哈希链：上一份日报以来的，--full 为保存的全部；改过、缺少的会指出
              doctor             检查本机：服务、权限、芯片与线路、串口、证书、磁盘、时钟、版本；逐项给出下一步
              gpio               本机的 GPIO 芯片与线路、占用者、对应的点位
              modbus scan BUS    总线上有什么：波特率、校验、地址、型号，只读不写；--units 1-32、--baud 9600,19200、
                                 --parity none,even、--timeout 30ms、--all
              modbus read BUS UNIT TABLE ADDRESS [COUNT]
                                 读一次；TABLE 为 coil、discrete-input、input-register、holding-register
              check [文件]       检查配置，默认 /etc/boothd/boothd.toml
              help               本说明

            选项（在命令之前或之后）：
              --socket PATH      控制套接字，默认 /run/boothd/control
              --config FILE      doctor、gpio、modbus 所看的配置，默认 /etc/boothd/boothd.toml
              --state-directory DIR
                                 doctor 所看的状态目录，默认 /var/lib/boothd
              --json             输出 JSON
              --lang zh|en       语言，默认随系统
              --version          版本

            ack、close、arm、disarm、retry、test 需要 root 或 booth-operator 组，并记录是谁所为。

            退出码：0 完成；1 被拒绝或失败（status：降级；doctor：有故障；verify：日志被改过）；3 没有运行；64 用法错误；78 配置有误
            详见 boothctl(1)。

            """,
        en: """
            Usage: boothctl [OPTION]... VERB

            Verbs:
              status             one screen: in service or not and why, points, open incidents, targets, storage, clock
              points             each point's state, raw value and quality
              incidents [ID]     incidents that are not closed; --all lists all; with an id, or 8 characters of one or
                                 more, the whole life of that one
              queue              what each target has not taken
              events [--follow]  the newest events; --follow goes on with new ones
              ack ID             somebody has seen the incident
              close ID --outcome TEXT
                                 the incident is over, and how it ended
              arm                nobody is in, whatever the schedule says
              disarm [--until TIME]
                                 somebody is in, until 17:00, "2026-11-21 17:00" or 2026-11-21T17:00+08:00; without
                                 it until the schedule next changes, 12 hours at most
              retry ID|--all     offers again what a target refused, and tries at once what waits
              test [--point ID]  walk test: for each press, the milliseconds until it is recorded, sent and accepted;
                                 all of it marked as a test; Ctrl-C ends it
              report             the figures of today; --week, --month; --date 2026-11-21 for the one with that day;
                                 --csv for spreadsheets
              verify [--full]    whether the journal is what was recorded: by its hash chain, since the last daily
                                 report, with --full all that is kept
              doctor             this machine: service, permissions, chips and lines, serial ports, certificates, disk,
                                 clock, versions; each with the next step
              gpio               GPIO chips and lines, who holds them, which points they are
              modbus scan BUS    what is on a bus: speed, parity, addresses, boards; only reads; --units 1-32,
                                 --baud 9600,19200, --parity none,even, --timeout 30ms, --all
              modbus read BUS UNIT TABLE ADDRESS [COUNT]
                                 one read; TABLE: coil, discrete-input, input-register, holding-register
              check [FILE]       checks a configuration, by default /etc/boothd/boothd.toml
              help               this text

            Options, before or after the verb:
              --socket PATH      the control socket, by default /run/boothd/control
              --config FILE      the configuration that doctor, gpio and modbus go by, by default
                                 /etc/boothd/boothd.toml
              --state-directory DIR
                                 the state directory that doctor looks at, by default /var/lib/boothd
              --json             JSON for programs
              --lang zh|en       the language, by default the locale's
              --version          the version

            ack, close, arm, disarm, retry and test are for root and group booth-operator, and recorded with who did it.

            Exit: 0 done; 1 refused or failed (status: degraded; doctor: failures; verify: the journal was changed);
            3 not running; 64 usage; 78 configuration wrong
            More in boothctl(1).

            """)
}
