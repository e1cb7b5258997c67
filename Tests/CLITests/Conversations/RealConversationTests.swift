import Testing

/// Conversations that people really had, imported and shown.
@Suite(
    .enabled(if: ConversationFile.areHere, "the real conversations are not here: set NEXUS_SHARED to where they are"))
struct RealConversationTests {
    @Test(arguments: ConversationFile.all)
    func `every screen says what the lines of the file say, and fits`(file: ConversationFile) throws {
        let faults = try ScreenCheck(file.lines()).faults
        for fault in faults.prefix(5) { Issue.record("\(fault)") }
    }
}
