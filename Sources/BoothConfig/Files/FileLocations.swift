// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// Where `credential:NAME` leads.
enum CredentialPlace {
    /// `$CREDENTIALS_DIRECTORY` of the service; nil outside one with credentials.
    case service(String?)
    /// The directory that the unit takes them from, seen from outside of the service. The unit's `LoadCredential=` puts
    /// `prefix` before each file's name (systemd.exec(5)).
    case source(String, prefix: String)

    func path(of name: String) -> String? {
        switch self {
        case .service(let directory): directory.flatMap { $0.isEmpty ? nil : "\($0)/\(name)" }
        case .source(let directory, let prefix):
            "\(directory)/" + (name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name)
        }
    }
}

/// Where the file names of a configuration lead.
struct FileLocations {
    /// The configuration file's directory, absolute.
    private let base: String
    private let credentials: CredentialPlace

    init(configuration path: String, credentials: CredentialPlace) {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        if let resolved = realpath(directory, nil) {
            base = String(cString: resolved)
            free(resolved)
        } else {
            base = directory
        }
        self.credentials = credentials
    }

    /// The path of a plain file name.
    func path(_ name: String) -> String {
        if name.hasPrefix("/") { return name }
        return base == "/" ? "/\(name)" : "\(base)/\(name)"
    }

    /// The path of a certificate or key: a file name, or `credential:NAME`.
    func secret(_ name: String) -> Result<String, FileContents.Fault> {
        guard name.hasPrefix("credential:") else { return .success(path(name)) }
        let credential = String(name.dropFirst("credential:".count))
        guard !credential.isEmpty, !credential.contains("/"), credential != ".." else {
            return .failure(.init(zh: "\"credential:\" 之后须为名称", en: "a name has to follow \"credential:\""))
        }
        guard let file = credentials.path(of: credential) else {
            return .failure(
                .init(zh: "环境变量 CREDENTIALS_DIRECTORY 未设置", en: "CREDENTIALS_DIRECTORY is not set"))
        }
        return .success(file)
    }

    /// Whether certificates and keys are opened, and not only named.
    var opensSecrets: Bool {
        if case .source = credentials { false } else { true }
    }
}
