// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

extension ControlClientError {
    /// The error, and the next step.
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
                zh: "boothd 断开了连接：它已停止", en: "boothd ended the connection: it stopped")
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
            Message(
                zh: "无权操作：用 sudo，或加入 booth-operator 组（usermod -aG booth-operator 用户名，重新登录）",
                en: "not permitted: use sudo, or join group booth-operator "
                    + "(usermod -aG booth-operator USER, then log in again)")
        case .incidentClosed(let id):
            Message(
                zh: "事件 \(id.description) 已办结，不能再操作；boothctl incidents \(id.description) 看它如何结束",
                en:
                    "incident \(id.description) is closed already; boothctl incidents \(id.description) shows how it ended"
            )
        case .noSuchEvent(let id):
            Message(
                zh: "没有平台拒收消息 \(id.description)；boothctl queue 列出编号，boothctl retry --all 让等待中的立即尝试",
                en: "no target refused event \(id.description); boothctl queue lists them, "
                    + "boothctl retry --all tries what waits at once")
        case .noSuchPoint(let point):
            Message(
                zh: "没有点位 \(point)；boothctl points 列出全部",
                en: "there is no point \(point); boothctl points lists all")
        case .unavailable(let reason), .tooManyClients(let reason): reason
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
