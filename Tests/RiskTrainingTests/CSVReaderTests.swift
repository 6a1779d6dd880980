import Testing

@testable import RiskTraining

@Suite struct CSVReaderTests {
    static func rows(_ bytes: [UInt8]) throws -> [[String]] {
        let file = TemporaryFile(bytes: bytes)
        var reader = try CSVReader(path: file.path)
        var row = CSVRow()
        var result: [[String]] = []
        while try reader.next(&row) { result.append((0..<row.cellCount).map { row.text($0) ?? "not UTF-8" }) }
        return result
    }

    static func rows(_ text: String) throws -> [[String]] { try rows(Array(text.utf8)) }

    @Test(arguments: [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
        ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
        ("\u{FEFF}a,b\n,\n", [["a", "b"], ["", ""]]),
        ("\"a\",\"b \"\"x\"\"\"\n\"1,5\",\"two\r\nlines\"\n", [["a", "b \"x\""], ["1,5", "two\r\nlines"]]),
        ("a,b\n\n1,2\n\n", [["a", "b"], ["1", "2"]]),
        ("a\n1\n\n2\n", [["a"], ["1"], [""], ["2"]]),
        ("é,日本\n,\"\"\n", [["é", "日本"], ["", ""]]),
        ("a,b\n x ,-\n", [["a", "b"], [" x ", "-"]]),
        ("a,\n1,\n", [["a", ""], ["1", ""]]),
        ("", []),
        ("\u{FEFF}", []),
    ])
    func readsWhatTheStandardAllows(text: String, expected: [[String]]) throws {
        #expect(try Self.rows(text) == expected)
    }

    @Test(arguments: [
        ("a,b\n1\n", TrainingError.Code.raggedRow, "line 2: expected 2 cells, found 1"),
        ("a,b\n\"x\ny\",1\n1,2,3\n", .raggedRow, "line 4: expected 2 cells, found 3"),
        ("a,b\n1,\"2\n", .malformed, "line 2: expected a closing quote"),
        ("a,b\n1,\"2\"3\n", .malformed, "line 2: expected a comma"),
        ("a,b\n1,2\"\n", .malformed, "line 2: expected no quote"),
        ("a,b\r1,2\n", .malformed, "line 1: expected a line feed"),
        ("a,b\n1,\0\n", .malformed, "line 2: expected text, found a NUL"),
        ("a,b\n1,\"\0\"\n", .malformed, "line 2: expected text, found a NUL"),
    ])
    func saysWhereAFileIsBroken(text: String, code: TrainingError.Code, message: String) throws {
        let error = try #require(trainingError { _ = try Self.rows(text) })
        #expect(error.code == code)
        #expect(error.message.contains(message), "\(error)")
    }

    @Test func aMissingFileAndADirectoryAreErrors() {
        for path in ["/nonexistent/table.csv", "/tmp"] {
            let error = trainingError {
                var reader = try CSVReader(path: path)
                var row = CSVRow()
                _ = try reader.next(&row)
            }
            #expect(error?.code == .unreadable)
            #expect(error?.message.contains(path) == true)
        }
    }

    /// Rows that cross the reader's chunks come back whole, whatever quotes they need.
    @Test func whatIsWrittenIsReadBack() throws {
        let pieces = ["a", "\"", ",", "\n", "\r\n", "é", " ", "12.5", ""]
        for seed in 0..<20 as Range<UInt64> {
            var random = Randoms(seed: seed)
            let table = (0..<4000).map { _ in
                (0..<3).map { _ in (0..<random.int(0..<40)).map { _ in pieces[random.int(0..<9)] }.joined() }
            }
            let lines = table.map { row in
                row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\n"
            }
            #expect(try Self.rows(lines.joined()) == table, "seed \(seed)")
        }
    }

    @Test(arguments: [
        ("1", 1.0), ("-0.5", -0.5), ("+7", 7), ("1e3", 1000), ("1E-3", 0.001), (".5", 0.5), ("5.", 5), (" 39 ", 39),
        ("18446744073709551616", 18_446_744_073_709_551_616), ("0.1", 0.1), ("95.89285714285714", 95.89285714285714),
        ("12345678901234567890.", 1.2345678901234568e19), (".12345678901234567890", 0.12345678901234567890),
        ("2.2250738585072014e-308", 2.2250738585072014e-308), ("1e-400", 0), ("000000000000000000000000012", 12),
    ])
    func readsNumbers(text: String, value: Double) {
        #expect(CellNumber(Array(text.utf8), 0..<text.utf8.count) == .number(value))
    }

    @Test(arguments: ["nan", "-inf", "Infinity", "1e999", "NaN "])
    func knowsNumbersThatAreNotFinite(text: String) {
        #expect(CellNumber(Array(text.utf8), 0..<text.utf8.count) == .notFinite)
    }

    @Test(arguments: ["abc", "1,5", "0x10", "1e", "--1", ".", "1 2", "e5", "+", " "])
    func knowsWords(text: String) {
        #expect(CellNumber(Array(text.utf8), 0..<text.utf8.count) == .word)
    }

    @Test func numbersAreReadLikeTheStandardLibraryReadsThem() {
        var random = Randoms(seed: 1)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &random.generator))
            let decimal = Double(random.int(-1_000_000..<1_000_000)) / 1000
            for number in [value, decimal] where number.isFinite {
                let bytes = Array("\(number)".utf8)
                #expect(CellNumber(bytes, 0..<bytes.count) == .number(number), "\(number)")
            }
        }
    }
}
