// SPDX-License-Identifier: Apache-2.0
import Systemd

// Each argument is something to say: ready, ready=TEXT, status=TEXT, reloading, stopping.
let notifier = Notifier()
for argument in CommandLine.arguments.dropFirst() {
    let words = argument.split(separator: "=", maxSplits: 1).map(String.init)
    switch (words[0], words.count > 1 ? words[1] : nil) {
    case ("ready", let text): try notifier.ready(status: text)
    case ("status", let text?): try notifier.status(text)
    case ("reloading", _): try notifier.reloading()
    case ("stopping", _): try notifier.stopping()
    default: fatalError("no such thing to say: \(argument)")
    }
}
