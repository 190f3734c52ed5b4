// SPDX-License-Identifier: Apache-2.0
import HTTPServer

/// The command line of `booth-platform`.
struct PlatformOptions {
    var listen: ListenAddress
    var database: String
    /// nil: plain HTTP.
    var files: CertificateFiles?

    struct CertificateFiles {
        var certificate: String
        var key: String
        var clientAuthority: String
    }

    /// A command line that is wrong.
    struct UsageError: Error {
        var reason: String
    }

    static let help = """
        usage: booth-platform --listen HOST:PORT --database FILE
                              (--certificate PEM --key PEM --client-ca PEM | --plain)

        A reference county platform: takes the events of booths, keeps them, answers with receipts and tickets.
        It shows what a platform has to do. It is not for production.

          --listen HOST:PORT   where to listen; port 0 takes a free one, as 127.0.0.1:0
          --database FILE      a SQLite file, made where there is none
          --certificate PEM    the platform's certificate, then those up to its authority
          --key PEM            its private key
          --client-ca PEM      the authority that must have signed a booth's certificate
          --plain              HTTP without TLS, on a loopback address alone
          --help               this text

        Prints "listening on URL" when it is ready, then a line for each event: the time, then name=value.
        Takes the dispatcher's lines from standard input, whose end changes nothing:

        \(DispatcherLine.list.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))

        The tables incident, event and task show what came of it. A row in the table task is a task as well:
          sqlite3 FILE "INSERT INTO task (booth, body) VALUES ('B0001', '{\\"id\\":\\"t1\\",\\"kind\\":\\"test\\"}')"
        SIGTERM and SIGINT stop it. Exit: 0 stopped; 64 usage; 69 the address cannot be had; 78 a file is wrong.
        """

    init(_ arguments: [String]) throws(UsageError) {
        var values: [String: String] = [:]
        var isPlain = false
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--plain" {
                isPlain = true
            } else if ["--listen", "--database", "--certificate", "--key", "--client-ca"].contains(name) {
                guard let value = rest.popFirst() else { throw UsageError(reason: "\(name) needs a value") }
                guard values.updateValue(value, forKey: name) == nil else {
                    throw UsageError(reason: "\(name) is given twice")
                }
            } else {
                throw UsageError(reason: "unknown argument \(name)")
            }
        }
        listen = try Self.address(values["--listen"])
        guard let database = values["--database"] else { throw UsageError(reason: "--database FILE is missing") }
        self.database = database
        files = try Self.files(values, isPlain: isPlain)
        if isPlain, !listen.isLoopback {
            throw UsageError(reason: "--plain is for a loopback address; \(listen.host) is none, so use certificates")
        }
    }

    private static func address(_ text: String?) throws(UsageError) -> ListenAddress {
        guard let text else { throw UsageError(reason: "--listen HOST:PORT is missing") }
        do throws(HTTPServerError) {
            return try ListenAddress(text)
        } catch {
            throw UsageError(reason: "--listen \(text): \(error.reason)")
        }
    }

    private static func files(
        _ values: [String: String], isPlain: Bool
    ) throws(UsageError) -> CertificateFiles? {
        let given = [values["--certificate"], values["--key"], values["--client-ca"]]
        if isPlain {
            guard given.allSatisfy({ $0 == nil }) else { throw UsageError(reason: "--plain takes no certificates") }
            return nil
        }
        guard let certificate = given[0], let key = given[1], let authority = given[2] else {
            throw UsageError(reason: "--certificate, --key and --client-ca belong together; or use --plain")
        }
        return CertificateFiles(certificate: certificate, key: key, clientAuthority: authority)
    }
}
