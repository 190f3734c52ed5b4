// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// Where `credential:NAME` leads.
enum CredentialPlace {
    /// `$CREDENTIALS_DIRECTORY` of the service; nil outside one with credentials.
    case service(String?)
    /// The directory that the unit takes them from, seen from outside of the service. Root alone may open what is there.
    case source(String, isOpen: Bool)

    /// Where the unit's `LoadCredential=` takes certificates and keys from.
    static let sourceDirectory = "/etc/boothd/credentials"
    /// What systemd puts before each file's name there: the credential's name in `LoadCredential=tls:…`, and an
    /// underscore (systemd.exec(5)).
    static let prefix = "tls_"

    func path(of name: String) -> String? {
        switch self {
        case .service(let directory): directory.flatMap { $0.isEmpty ? nil : "\($0)/\(name)" }
        case .source(let directory, _):
            "\(directory)/" + (name.hasPrefix(Self.prefix) ? String(name.dropFirst(Self.prefix.count)) : name)
        }
    }

    /// Whether the file is there and the service gets it under another name than `name`: without the prefix.
    func misnames(_ name: String) -> Bool {
        guard case .source(let directory, _) = self, !name.hasPrefix(Self.prefix) else { return false }
        return access("\(directory)/\(name)", F_OK) == 0
    }
}

/// Where the file names of a configuration lead.
struct FileLocations {
    /// The configuration file's directory, absolute.
    private let base: String
    private let credentials: CredentialPlace
    private let opensFiles: Bool
    /// Whether a time zone has to be one of this system's database.
    let knowsZones: Bool

    /// - Parameters:
    ///   - opensFiles: false to take the names for granted.
    ///   - knowsZones: false to take the time zone for granted.
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
            // The name is taken for granted: whoever opens it is told that there is nothing.
            if case .service = credentials, !opensFiles { return .success(name) }
            return .failure(
                .init(zh: "环境变量 CREDENTIALS_DIRECTORY 未设置", en: "CREDENTIALS_DIRECTORY is not set"))
        }
        return .success(file)
    }

    /// Whether the file of that name is opened and looked into, and not only named.
    func opens(_ name: String) -> Bool {
        guard opensFiles, name.hasPrefix("credential:"), case .source(_, let isOpen) = credentials else {
            return opensFiles
        }
        // A name of another kind may come from a drop-in of the unit; nobody outside of the service can tell.
        return isOpen && name.hasPrefix("credential:\(CredentialPlace.prefix)")
    }
}
