import Glibc
import RiskIdentity
import TestSupport
import Testing

@Suite struct IdentifierKeyTests {
    @Test func aNewKeyIsMadeOnceAndReadAfterwards() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/identifier.key"
        let first = try IdentifierKey.loadOrCreate(path: path)
        #expect(try IdentifierKey.loadOrCreate(path: path).id == first.id)
        #expect(try IdentifierKey.load(path: path).id == first.id)
        #expect(folder.entries() == ["identifier.key"])
        #expect(first.id.utf8.count == 8)
    }

    @Test func theFileIsForItsOwnerOnly() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/identifier.key"
        _ = try IdentifierKey.loadOrCreate(path: path)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o600)
        #expect(status.st_size == 32)
        #expect(status.st_nlink == 1)
    }

    @Test func loadingCreatesNothing() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: IdentifierKeyError.self) {
            try IdentifierKey.load(path: folder.path + "/identifier.key")
        }
        #expect(error?.code == .missing)
        #expect(folder.entries().isEmpty)
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o610, 0o601] as [mode_t])
    func aFileOpenToOthersIsRefused(mode: mode_t) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/identifier.key"
        _ = try IdentifierKey.loadOrCreate(path: path)
        #expect(chmod(path, mode) == 0)
        let error = #expect(throws: IdentifierKeyError.self) { try IdentifierKey.loadOrCreate(path: path) }
        #expect(error?.code == .openToOthers)
        #expect(error?.description.contains("chmod 600 \(path)") == true)
    }

    @Test(arguments: [0, 1, 31, 33, 4096])
    func aFileOfAnotherSizeIsRefused(byteCount: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/identifier.key"
        try folder.write([UInt8](repeating: 7, count: byteCount), to: "identifier.key", mode: 0o600)
        let error = #expect(throws: IdentifierKeyError.self) { try IdentifierKey.loadOrCreate(path: path) }
        #expect(error?.code == .wrongSize)
        #expect(error?.message.contains("found \(byteCount);") == true)
    }

    @Test func aMissingFolderIsNamed() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: IdentifierKeyError.self) {
            try IdentifierKey.loadOrCreate(path: folder.path + "/none/identifier.key")
        }
        #expect(error?.code == .cannotCreate)
        let folderAsKey = #expect(throws: IdentifierKeyError.self) { try IdentifierKey.load(path: folder.path) }
        #expect(folderAsKey?.code == .cannotRead)
    }

    @Test func servicesThatStartTogetherUseOneKey() async throws {
        for _ in 0..<20 {
            let folder = try TemporaryFolder()
            let path = folder.path + "/identifier.key"
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 { group.addTask { try IdentifierKey.loadOrCreate(path: path).id } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            #expect(folder.entries() == ["identifier.key"])
        }
    }

    @Test func theNameOfAKeyIsItsDigestAndNothingElseIsShown() throws {
        // SHA-256 of 32 zero bytes begins 66687aad.
        let key = try #require(IdentifierKey(bytes: [UInt8](repeating: 0, count: 32)))
        #expect(key.id == "66687aad")
        #expect("\(key)" == "identifier key 66687aad")
        #expect(IdentifierKey(bytes: [1, 2, 3]) == nil)
        #expect(IdentifierKey().id != IdentifierKey().id)
    }
}
