// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// Where the file names of a configuration lead.
struct FileLocations {
    /// The configuration file's directory, absolute.
    private let base: String
    /// `$CREDENTIALS_DIRECTORY`.
    private let credentials: String?

    init(configuration path: String, credentials: String?) {
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
        guard let credentials, !credentials.isEmpty else {
            return .failure(
                .init(zh: "环境变量 CREDENTIALS_DIRECTORY 未设置", en: "CREDENTIALS_DIRECTORY is not set"))
        }
        return .success("\(credentials)/\(credential)")
    }
}
