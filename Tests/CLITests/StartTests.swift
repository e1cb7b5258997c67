import ArgumentParser
import Testing

@testable import CLI

struct StartTests {
    /// Before it runs one command the parser asks all of them for their names, and works out those that are not given from
    /// their types by reflection: that took 7 of the 12 ms in which `nexus --version` had answered.
    @Test func `every command gives its name, so that none is worked out at each start`() {
        var commands: [any ParsableCommand.Type] = [Nexus.self]
        var seen = 0
        while let command = commands.popLast() {
            seen += 1
            #expect(command.configuration.commandName?.isEmpty == false, "\(command)")
            commands += command.configuration.subcommands
        }
        #expect(seen > 100)
    }
}
