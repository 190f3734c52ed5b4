// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

/// The sentences about an HTTP link: the platform's host, what is wrong, the next step.
package struct HTTPWords: Sendable {
    private let words: LinkWords
    private let endpoint: TargetConfiguration.Endpoint

    package init(_ endpoint: TargetConfiguration.Endpoint) {
        self.endpoint = endpoint
        words = LinkWords(endpoint)
    }

    private func about(zh: String, en: String) -> Message { words.about(zh: zh, en: en) }

    /// Why it is retried, or why an operator has to act.
    package func sentence(_ trouble: HTTPTrouble) -> Message {
        switch trouble {
        case .busy(let status):
            about(
                zh: "平台暂时不能受理（HTTP \(status)）；会自动重发",
                en: "the platform cannot take events now (HTTP \(status)); they are sent again by themselves")
        case .status(let status, let title): sentence(status: status, title: title)
        case .redirect(let status):
            about(
                zh: "要求转到别处（HTTP \(status)），不予跟随；请检查 url，或网络是否有登录页面",
                en: "redirects (HTTP \(status)), which is not followed; check the url, or the network for a login page")
        case .foreign(let status):
            about(
                zh: "回答（HTTP \(status)）不是平台回执；请检查 url，或网络是否有登录页面",
                en: "its answer (HTTP \(status)) is not the platform's; check the url, or the network for a login page")
        case .gateway:
            about(
                zh: "平台前的网关不接受客户端证书（HTTP 400）；请检查 certificate 和 key",
                en: "the gateway wants another client certificate (HTTP 400); check certificate and key")
        case .intercepted(let status):
            about(
                zh: "网关或代理不放行（HTTP \(status)，不是平台的答复）；消息保留并自动重发；请检查网关、代理和 url",
                en: """
                    a gateway or proxy does not let it through (HTTP \(status), not the platform's own answer); \
                    it is kept and sent again; check gateway, proxy and url
                    """)
        case .failure(let cause): sentence(cause)
        }
    }

    private func sentence(status: Int, title: String?) -> Message {
        let quoted = quoted(title)
        return switch status {
        case 401, 403, 495, 496:
            about(
                zh: "平台拒绝本机身份（HTTP \(status)\(quoted)）；请检查客户端证书及平台登记",
                en: "the platform refuses this booth (HTTP \(status)\(quoted)); check its certificate and registration")
        case 511:
            about(
                zh: "网络要求先登录（HTTP 511）；请检查网络接入",
                en: "the network wants a login first (HTTP 511); check the network access")
        default:
            about(
                zh: "该地址没有受理接口（HTTP \(status)\(quoted)）；请检查 url",
                en: "there is nothing that takes events (HTTP \(status)\(quoted)); check the url")
        }
    }

    /// The same for the task channel.
    package func taskSentence(_ trouble: HTTPTrouble) -> Message {
        switch trouble {
        case .foreign(let status):
            about(
                zh: "回答（HTTP \(status)）不是平台任务；请检查 url，或网络是否有登录页面",
                en:
                    "its answer (HTTP \(status)) is not a platform's tasks; check the url, or the network for a login page"
            )
        case .status(let status, let title) where ![401, 403, 495, 496, 511].contains(status):
            about(
                zh: "没有可用的任务接口（HTTP \(status)\(quoted(title))）；请检查 url，或联系平台方",
                en: "gives no tasks (HTTP \(status)\(quoted(title))); check the url, or ask its operator")
        case .busy, .status, .redirect, .gateway, .intercepted, .failure: sentence(trouble)
        }
    }

    private func quoted(_ title: String?) -> String { title.map { $0.isEmpty ? "" : ": \($0)" } ?? "" }
}

// MARK: - No complete answer

extension HTTPWords {
    /// Why there was no answer: network causes first, then TLS.
    package func sentence(_ cause: HTTPFailure.Cause) -> Message {
        switch cause {
        case .badURL:
            about(zh: "url 写法不对；请改正配置", en: "the url is not one; correct the configuration")
        case .unresolved:
            about(
                zh: "查不到主机地址；请检查网络和 DNS", en: "the host name has no address; check the network and DNS")
        case .unreachable:
            about(
                zh: "连接不上；请检查网络，以及平台是否在运行",
                en: "cannot be reached; check the network, and whether the platform runs")
        case .timedOut:
            about(
                zh: "没有及时回答；请检查网络，以及平台是否在运行",
                en: "does not answer in time; check the network, and whether the platform runs")
        case .cutOff:
            about(
                zh: "连接在回答完成前中断；会自动重发",
                en: "the connection broke before the answer was complete; it is sent again by itself")
        case .tooLarge:
            about(
                zh: "回答超过 1 MiB，不是平台；请检查 url", en: "its answer is over 1 MiB, so not the platform's; check the url")
        case .notHTTP:
            about(zh: "对方讲的不是 HTTP；请检查 url", en: "what answers does not speak HTTP; check the url")
        case .other:
            about(zh: "发送失败；请运行 boothctl doctor", en: "sending failed; run boothctl doctor")
        case .untrusted, .wrongHost, .notYetValid, .expired, .clientRefused, .clientCredentials, .authorityFile, .tls:
            trustSentence(cause)
        }
    }

    private func trustSentence(_ cause: HTTPFailure.Cause) -> Message {
        switch cause {
        case .untrusted(let reason):
            about(
                zh: "平台证书不是受信任机构签发（\(reason)）；请检查 ca（\(authority)）",
                en: "the platform's certificate is not trusted (\(reason)); check ca (\(authority))")
        case .wrongHost:
            about(
                zh: "平台证书是为别的主机签发的；请检查 url 中的主机名，或更换平台证书",
                en: "the platform's certificate is for another host; check the host in the url, or its certificate")
        case .notYetValid:
            about(
                zh: "平台证书尚未生效；请检查本机时钟",
                en: "the platform's certificate is not yet valid; check this machine's clock")
        case .expired:
            about(
                zh: "平台证书已过期；请更换平台证书，或检查本机时钟",
                en: "the platform's certificate has expired; renew it, or check this machine's clock")
        case .clientRefused(let reason):
            about(
                zh: "平台拒绝本机的客户端证书（\(reason)）；请检查 certificate 和 key",
                en: "the platform refuses this booth's client certificate (\(reason)); check certificate and key")
        case .clientCredentials:
            about(
                zh: "客户端证书或私钥无法使用（\(certificate)，\(key)）；请检查文件和权限",
                en: "certificate or key cannot be used (\(certificate), \(key)); check the files and their permissions")
        case .authorityFile:
            about(
                zh: "ca 文件无法读取（\(authority)）；请检查文件和权限",
                en: "the ca file cannot be read (\(authority)); check the file and its permissions")
        default:
            about(
                zh: "TLS 握手失败；双方须支持 TLS 1.2 或更新版本", en: "TLS failed; both sides need TLS 1.2 or newer")
        }
    }

    private var authority: String { endpoint.ca ?? "system" }
    private var certificate: String { endpoint.certificate ?? "-" }
    private var key: String { endpoint.key ?? "-" }
}
