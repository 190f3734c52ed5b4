// SPDX-License-Identifier: Apache-2.0
import BoothCommands

BoothCommand.runProgram(Array(CommandLine.arguments.dropFirst()))
