// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

extension ControlClientError {
    /// What is wrong, and the next step.
    var message: Message {
        switch self {
        case .notRunning(let path):
            Message(
                zh: "boothd 没有运行（\(path) 上无人应答）：systemctl start boothd，或用 --socket 指明套接字",
                en: "boothd is not running (nobody answers on \(path)): "
                    + "systemctl start boothd, or name its socket with --socket")
        case .denied(let path):
            Message(
                zh: "无权打开 \(path)：加入 booth 组（usermod -aG booth 用户名，重新登录），或用 root",
                en: "no permission to open \(path): "
                    + "join group booth (usermod -aG booth USER, then log in again), or be root")
        case .silent:
            Message(
                zh: "boothd 在 10 秒内没有应答：看 journalctl -u boothd",
                en: "boothd did not answer within 10 s: see journalctl -u boothd")
        case .disconnected:
            Message(
                zh: "boothd 断开了连接：它已停止，或已有 64 个客户端",
                en: "boothd ended the connection: it stopped, or has 64 clients already")
        case .notUnderstood:
            Message(
                zh: "应答看不懂：boothctl 与 boothd 的版本可能不同，请用同一版本",
                en: "the answer is not understood: boothctl and boothd may be of different versions; use the same")
        case .system(let error):
            Message(zh: "系统错误：\(error.description)", en: error.description)
        case .refused(let error): error.message
        }
    }
}

extension ControlError {
    fileprivate var message: Message {
        switch self {
        case .noSuchIncident(let id):
            Message(
                zh: "没有事件 \(id.description)；boothctl incidents --all 列出全部",
                en: "there is no incident \(id.description); boothctl incidents --all lists all")
        case .permissionDenied:
            Message(zh: "无权操作：需要 root 或 booth-operator 组", en: "not permitted: be root or in group booth-operator")
        case .unavailable(let reason): reason
        case .readFailed(let failure): failure.message
        case .methodNotFound(let method), .methodNotImplemented(let method):
            Message(
                zh: "boothd 没有 \(method)：它的版本较旧，请升级",
                en: "boothd has no \(method): it is older than boothctl; upgrade it")
        case .invalidParameter(let name):
            Message(zh: "boothd 不接受参数 \(name)", en: "boothd does not take the parameter \(name)")
        case .interfaceNotFound(let name):
            Message(zh: "boothd 没有接口 \(name)", en: "boothd has no interface \(name)")
        }
    }
}
