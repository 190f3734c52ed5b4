// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// Where credentials are found.
enum CredentialPlace {
    /// Inside the service: `$CREDENTIALS_DIRECTORY`; nil without credentials.
    case service(String?)
    /// Outside the service: the directory from which the unit takes them. Only root may open its files.
    case source(String, isOpen: Bool)

    /// The source of the unit's `LoadCredential=` for certificates and keys.
    static let sourceDirectory = "/etc/boothd/credentials"
    /// The prefix that systemd adds to each file name: the name in `LoadCredential=tls:…` and an underscore
    /// (systemd.exec(5)).
    static let prefix = "tls_"

    func path(of name: String) -> String? {
        switch self {
        case .service(let directory): directory.flatMap { $0.isEmpty ? nil : "\($0)/\(name)" }
        case .source(let directory, _):
            "\(directory)/" + (name.hasPrefix(Self.prefix) ? String(name.dropFirst(Self.prefix.count)) : name)
        }
    }

    /// Whether `name` lacks the prefix but the file exists, so that the service gets it under another name.
    func misnames(_ name: String) -> Bool {
        guard case .source(let directory, _) = self, !name.hasPrefix(Self.prefix) else { return false }
        return access("\(directory)/\(name)", F_OK) == 0
    }
}

/// Finds the files that a configuration names.
struct FileLocations {
    /// The configuration file's directory, absolute.
    private let base: String
    private let credentials: CredentialPlace
    private let opensFiles: Bool
    /// Whether a time zone must exist in this system's database.
    let knowsZones: Bool

    /// - Parameters:
    ///   - opensFiles: false: file names are not checked.
    ///   - knowsZones: false: the time zone is not checked.
    init(
        configuration path: String, credentials: CredentialPlace, opensFiles: Bool = true, knowsZones: Bool = true
    ) {
        self.opensFiles = opensFiles
        self.knowsZones = knowsZones
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
        if credentials.misnames(credential) {
            let right = "credential:\(CredentialPlace.prefix)\(credential)"
            return .failure(
                .init(zh: "服务得到的该文件名为 \(right)", en: "the service gets that file as \(right)"))
        }
        guard let file = credentials.path(of: credential) else {
            // Accept the name unchecked. Whoever opens it will get the error.
            if case .service = credentials, !opensFiles { return .success(name) }
            return .failure(
                .init(zh: "环境变量 CREDENTIALS_DIRECTORY 未设置", en: "CREDENTIALS_DIRECTORY is not set"))
        }
        return .success(file)
    }

    /// Whether to open the file and check its contents, and not only its name.
    func opens(_ name: String) -> Bool {
        guard opensFiles, name.hasPrefix("credential:"), case .source(_, let isOpen) = credentials else {
            return opensFiles
        }
        // A credential without the prefix may come from a drop-in of the unit, which cannot be seen from outside the
        // service.
        return isOpen && name.hasPrefix("credential:\(CredentialPlace.prefix)")
    }
}
