import RiskCore
import RiskWire
import TestSupport
import Testing

@testable import RiskEventLog

@Suite struct LabelsFileTests {
    @Test func rowsReadBackAsTheyWere() throws {
        let folder = try TemporaryFolder()
        let accounts = [
            Reference("a1"), Reference("a,b"), Reference("\"q\""), Reference("x\ny"), Reference([0xff, 0]),
            Reference("keyed:x"), Reference("base64:"), Reference(" é "),
        ]
        let campaigns = ["example", "", "two, three", "the \"big\" one", "é"]
        let rows = accounts.enumerated().map { index, account in
            LabelRow(
                account: account, isAbusive: index % 2 == 0, campaign: campaigns[index % 5],
                knownAtMs: Int64(index) * 1_000_000_000_000)
        }
        let path = try folder.write(LabelsFile.encode(rows), to: "labels.csv")
        #expect(try LabelsFile.read(path: path) == rows)
    }

    @Test func aFileWrittenByHandIsRead() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "\u{FEFF}account_ref,label,campaign,known_at_ms\r\na1,1,example,1763000000000\r\n\r\n\"a\"\"2\",0,,0",
            to: "l.csv")
        let rows = try LabelsFile.read(path: path)
        #expect(
            rows == [
                LabelRow(account: Reference("a1"), isAbusive: true, campaign: "example", knownAtMs: 1_763_000_000_000),
                LabelRow(account: Reference("a\"2"), isAbusive: false, campaign: "", knownAtMs: 0),
            ])
    }

    @Test(arguments: [
        ("", 1, ""), ("account,label\n", 1, ""), ("a1,1,x\n", 3, ""), ("a1,1,x,1,1\n", 3, ""),
        ("a1,2,x,1\n", 3, "label"),
        ("a1,,x,1\n", 3, "label"), ("a1,1,x,-1\n", 3, "known_at_ms"), ("a1,1,x,1.5\n", 3, "known_at_ms"),
        (",1,x,1\n", 3, "account_ref"), ("keyed:AQ==,1,x,1\n", 3, "account_ref"), ("a1,1,\"x,1\n", 3, ""),
        ("a\"1,1,x,1\n", 3, ""), ("\"a\"1,1,x,1\n", 3, ""),
    ])
    func whatIsWrongIsNamed(text: String, line: Int, path: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(line == 1 ? text : LabelsFile.header + "\na0,0,,5\n" + text, to: "labels.csv")
        let error = #expect(throws: JSONLinesError.self) { try LabelsFile.read(path: file) }
        #expect(error?.line == line)
        #expect(error?.path == path)
        #expect(error?.file == file)
    }

    @Test func theLabelsOfALogAreRows() throws {
        let folder = try TemporaryFolder()
        let file = try EventLogFile(path: folder.path + "/log")
        let verdicts: [(String, Label.Verdict)] = [
            ("a", .abusive), ("b", .legitimate), ("c", .abusive), ("d", .verified), ("c", .withdrawn),
            ("c", .legitimate),
        ]
        for (index, (account, verdict)) in verdicts.enumerated() {
            let label = Label(
                account: Reference(account), verdict: verdict, source: "test", knownAtMs: Int64(index) + 100)
            try file.append(LogEntry(commitSequence: UInt64(index) + 1, committedAtMs: 1, content: .labelled(label)))
        }
        try file.finish()
        let rows = try EventLogExport.labels(EventLogReader(path: folder.path + "/log"))
        #expect(rows.map(\.account) == ["a", "b", "d", "c"].map { Reference($0) })
        #expect(rows.map(\.isAbusive) == [true, false, false, false])
        #expect(rows.map(\.knownAtMs) == [100, 101, 103, 105])
    }
}
