import Foundation
import RiskCore
import TestSupport
import Testing

/// The tool on input that our code did not write.
@Suite(.serialized) struct ToolTests {
    /// `Tests/Fixtures/foreign-log`: 60 events in eight ways to write JSON, four of them behind a later one.
    private static let fixtures = Fixtures.path("foreign-log")
    private static let events = fixtures + "/events.jsonl"
    private static let labels = fixtures + "/labels.csv"

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, _ name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(name)))
        return folder.path(name)
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private func lines(_ path: String) throws -> [Substring] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: true)
    }

    /// Runs the tool, which has to fail and say all of these.
    private func expectFailure(
        _ arguments: [String], status expected: Int32 = 1, saying words: [String],
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let (status, _, error) = try Executable.run(Executable.path("stillwatch"), arguments)
        #expect(status == expected, "\(error)", sourceLocation: location)
        for word in words { #expect(error.contains(word), "\(error)", sourceLocation: location) }
    }

    /// The fixture as a log.
    private func foreignLog() throws -> String {
        let log = folder.path("foreign.swlog")
        try Executable.tool("events", "--from-jsonl", Self.events, "--out", log)
        return log
    }

    @Test func aForeignLogComesInAndGoesOutUnchanged() throws {
        let log = try foreignLog()
        let (_, _, said) = try Executable.run(
            Executable.path("stillwatch"), ["events", "--from-jsonl", Self.events, "--out", folder.path("again.swlog")])
        #expect(said.contains("60 events") && said.contains("put in order of time"))
        try Executable.tool("events", "--to-jsonl", log, "--out", folder.path("out.jsonl"))
        let written = try lines(folder.path("out.jsonl"))
        #expect(written.count == 60)
        try Executable.tool("events", "--from-jsonl", folder.path("out.jsonl"), "--out", folder.path("back.swlog"))
        #expect(try bytes(folder.path("back.swlog")) == bytes(log))
        #expect(
            try Executable.tool("events", "--to-jsonl", log)
                == String(decoding: bytes(folder.path("out.jsonl")), as: UTF8.self))
        // Escaped and plain spellings are one account, exponents are whole numbers, null is nothing.
        #expect(
            written[4].hasPrefix(
                #"{"event_type":"payment","event_time_ms":1762030800000,"account_ref":"c1","payment":"#))
        #expect(written[3].contains(#""event_time_ms":1762027200000,"#))
        #expect(written[5].contains("org_ref") == false)
        #expect(written.contains { $0.contains(#""account_ref":"émile""#) })
        let times = written.compactMap { line in
            line.split(separator: ",").first { $0.contains("event_time_ms") }?.split(separator: ":").last.flatMap {
                Int($0)
            }
        }
        #expect(times.count == 60 && times == times.sorted())
    }

    /// From foreign events to a model that tells the farm from the others, checked and explained.
    @Test func fromForeignEventsToAModel() throws {
        let log = try foreignLog()
        let model = folder.path("model.swm")
        for (name, threads) in [("model.swm", "1"), ("other.swm", "2")] {
            try Executable.tool(
                "train", "--events", log, "--labels", Self.labels, "--out", folder.path(name), "--threads", threads)
        }
        #expect(try bytes(model) == bytes(folder.path("other.swm")), "the number of threads changes no byte")
        let verified = try Executable.tool("verify", model)
        #expect(verified.hasPrefix("ok: "))
        let inspected = try #require(
            try JSONSerialization.jsonObject(with: Data(try Executable.tool("inspect", "--json", model).utf8))
                as? [String: Any])
        let training = try #require(inspected["training"] as? [String: Any])
        #expect(training["rows"] as? Int == 60 && training["positives"] as? Int == 21)
        #expect((training["options"] as? [String])?.contains("reserve=1.5") == true, "events keep one")
        #expect((training["options"] as? [String])?.contains("confidence=0.95") == true)
        #expect(training["campaigns"] as? [String] == ["farm, north", "the \"quick\" farm"])
        #expect(verified.contains(inspected["digest"] as? String ?? "-"))
        #expect(try Executable.tool("inspect", model).contains("held-out metrics"))

        let decisions = folder.path("decisions.csv")
        try Executable.tool("replay", "--events", log, "--labels", Self.labels, "--model", model, "--out", decisions)
        let rows = try lines(decisions).map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(rows.count == 61 && rows.allSatisfy { $0.count == 9 })
        #expect(rows[0].joined(separator: ",").hasPrefix("account_ref,event_time_ms,event_type,probability,margin,"))
        let isFarmed = { (row: [Substring]) in row[0].hasPrefix("c") && row[0].count == 2 }
        let margins = try rows.dropFirst().map { (isFarmed($0), try #require(Double($0[4]))) }
        let farmed = margins.filter { $0.0 }.map(\.1)
        let others = margins.filter { !$0.0 }.map(\.1)
        let inOrder = farmed.reduce(0) { sum, margin in sum + others.count { $0 < margin } }
        #expect(Double(inOrder) >= 0.95 * Double(farmed.count * others.count), "farmed accounts stand out")

        let why = try Executable.tool(
            "explain", "--events", log, "--labels", Self.labels, "--model", model, "--account", "c6")
        #expect(why.contains("signup at 1763107200000, sequence 50"))
        #expect(why.contains("linked by device to 5 accounts of 5 other organisations, 5 labelled abusive"))
        let one = try Executable.tool(
            "explain", "--events", log, "--model", model, "--account", "émile", "--sequence", "20", "--json", "--all")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(one.utf8)) as? [String: Any])
        let features = try #require(object["features"] as? [[String: Any]])
        let sum = features.reduce(object["bias"] as? Double ?? .nan) { $0 + ($1["contribution"] as? Double ?? .nan) }
        #expect(abs(sum - (object["margin"] as? Double ?? .nan)) < 1e-9)
        try expectFailure(
            ["explain", "--events", log, "--model", model, "--account", "nobody"], saying: ["no scored event"])
    }

    @Test func refusedLinesAreNamed() throws {
        let out = folder.path("out.swlog")
        let good = #"{"event_type":"signup","event_time_ms":1762000000000,"account_ref":"a"}"#
        let cases: [(line: String, words: [String])] = [
            (
                #"{"event_type":"signup","event_time_ms":1,"account_ref":"a","signup":{"ip_type":"moon"}}"#,
                ["signup.ip_type", "residential"]
            ),
            (#"{"event_type":"signup","event_time_ms":1,"account_ref":"a","signup":{"colour":1}}"#, ["signup.colour"]),
            (#"{"event_type":"signup","event_time_ms":1.5,"account_ref":"a"}"#, ["event_time_ms", "1.5"]),
            (#"{"event_type":"signup","event_time_ms":1}"#, ["account_ref"]),
            (
                #"{"event_type":"signup","event_time_ms":1,"account_ref":"a","account_ref":"b"}"#,
                ["account_ref", "two"]
            ),
            (#"{"event_type":"signup","event_time_ms":1,"account_ref":"a""#, ["JSON"]),
            (
                #"{"event_type":"usage","event_time_ms":1,"account_ref":"a","#
                    + #""usage":{"active_dow_hist":[1,1,0,0,0,0,0]}}"#,
                ["usage.active_dow_hist", "sum"]
            ),
            (
                #"{"event_type":"payment","event_time_ms":1,"account_ref":"a","#
                    + #""payment":{"instrument_ref":"4111111111111111"}}"#,
                ["payment.instrument_ref", "card number"]
            ),
            (
                #"{"event_type":"signup","event_time_ms":1,"account_ref":"a","raw":{"email":"a@b.example"}}"#,
                ["raw.email", "--identifier-key"]
            ),
        ]
        for (line, words) in cases {
            let path = try write("\(good)\n\n\(line)\n\(good)\n", "in.jsonl")
            try expectFailure(["events", "--from-jsonl", path, "--out", out], saying: ["\(path):3:"] + words)
            #expect(!FileManager.default.fileExists(atPath: out), "nothing half is left behind")
        }
        let lenient = try write(cases[0].line + "\n" + cases[1].line + "\n" + good, "lenient.jsonl")
        let (status, _, said) = try Executable.run(
            Executable.path("stillwatch"), ["events", "--from-jsonl", lenient, "--out", out, "--lenient"])
        #expect(status == 0 && said.contains("signup.ip_type: 1 times") && said.contains("signup.colour: 1 times"))
        let raw = try write(cases[8].line, "raw.jsonl")
        try Executable.tool("events", "--from-jsonl", raw, "--out", out, "--identifier-key", folder.path("key"))
        let exported = try Executable.tool("events", "--to-jsonl", out)
        #expect(exported.contains(#""raw":{"email":"keyed:"#) && !exported.contains("b.example"))
    }

    @Test func tablesAreTrainedOnAndPredicted() throws {
        var generator = SeededGenerator(seed: 4)
        var text = "amount,branch,age,fraud\r\n"
        for row in 0..<300 {
            let isFraud = row % 5 == 0
            let amount = Double.random(in: isFraud ? 50...200 : 0...90, using: &generator)
            text += "\(amount),\"\(["north", "so,uth", "ea\"\"st"][row % 3])\",\(row % 7 == 0 ? "" : "\(row % 60)"),"
            text += isFraud ? "1\r\n" : "0\r\n"
        }
        let csv = try write(text, "train.csv")
        for (name, threads) in [("a.swm", "1"), ("b.swm", "2")] {
            try Executable.tool(
                "train", "--csv", csv, "--label", "fraud", "--seed", "9", "--threads", threads, "--out",
                folder.path(name))
        }
        let model = folder.path("a.swm")
        #expect(try bytes(model) == bytes(folder.path("b.swm")))
        try expectReserve(csv)
        try Executable.tool("verify", "--table", model)
        try expectFailure(["verify", model], saying: ["MODEL_UNKNOWN_FEATURE", "amount"])

        let out = folder.path("out.csv")
        let rows = try write("age,amount,branch\n1,5,north\n,199,\n3,60,an unseen one\n", "rows.csv")
        try Executable.tool("predict", "--csv", rows, "--model", model, "--out", out)
        let predictions = try lines(out)
        #expect(predictions.count == 4 && predictions[0] == "probability,margin")
        let probabilities = predictions.dropFirst().compactMap { Double($0.split(separator: ",")[0]) }
        #expect(probabilities.count == 3 && probabilities[1] > 0.5 && probabilities[0] < 0.5)
        let why = try Executable.tool("explain", "--csv", rows, "--model", model, "--row", "3", "--json", "--all")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(why.utf8)) as? [String: Any])
        let features = try #require(object["features"] as? [[String: Any]])
        let sum = features.reduce(object["bias"] as? Double ?? .nan) { $0 + ($1["contribution"] as? Double ?? .nan) }
        #expect(abs(sum - (object["margin"] as? Double ?? .nan)) < 1e-9)
        // As written: Foundation's parser may be off by one in the last place.
        #expect(why.contains(#""margin":\#(predictions[3].split(separator: ",")[1])"#))
        #expect(features.contains { $0["name"] as? String == "branch" && $0["value"] as? String == "any other" })
        let all = try Executable.tool("explain", "--csv", rows, "--model", model)
        #expect(["row 1: probability ", "row 3: ", "  bias", "amount = 199", "  margin"].allSatisfy(all.contains))
        try expectFailure(
            ["explain", "--csv", rows, "--model", model, "--row", "4"], saying: ["has 3 rows", "number 4"])
        let missing = try write("age,amount\n1,5\n", "missing.csv")
        try expectFailure(
            ["predict", "--csv", missing, "--model", model, "--out", out],
            saying: ["TRAINING_MISSING_COLUMN", missing, "\"branch\""])
        let extra = try write("age,amount,branch,colour\n1,5,north,red\n", "extra.csv")
        try expectFailure(
            ["predict", "--csv", extra, "--model", model, "--out", out],
            saying: ["TRAINING_EXTRA_COLUMN", extra, "\"colour\""])
        let word = try write("age,amount,branch\n1,5,north\n1,much,north\n", "word.csv")
        try expectFailure(
            ["predict", "--csv", word, "--model", model, "--out", out],
            saying: ["TRAINING_NOT_A_NUMBER", "line 3", "\"amount\""])
        try expectFailure(
            ["train", "--csv", csv, "--label", "colour", "--out", folder.path("c.swm")],
            saying: ["\"colour\"", "fraud"])
        let options = [
            "--unattributed skip", "--doubtful negative", "--row-limit 9", "--campaign-balance 1",
            "--innocent-crowds 0",
        ]
        for option in options {
            let words = option.split(separator: " ").map(String.init)
            try expectFailure(
                ["train", "--csv", csv, "--label", "fraud", "--kind", "trees", "--out", folder.path("c.swm")] + words,
                status: 64, saying: ["\(words[0]) needs --events"])
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("c.swm")))
    }

    /// Tables keep none, and one that is asked for stands in the model and makes its thresholds stricter.
    private func expectReserve(_ csv: String) throws {
        func thresholds(_ words: String...) throws -> (options: [String], margins: [Double]) {
            let model = folder.path("reserve.swm")
            let command = ["train", "--csv", csv, "--label", "fraud", "--held-out-share", "0.5", "--out", model]
            let run = try Executable.run(Executable.path("stillwatch"), command + words)
            #expect(run.status == 0, "\(run.error)")
            let inspected = try JSONSerialization.jsonObject(
                with: Data(try Executable.tool("inspect", "--json", model).utf8))
            let object = try #require(inspected as? [String: Any])
            let rules = try #require((object["policy"] as? [String: Any])?["rules"] as? [[String: Any]])
            let training = try #require(object["training"] as? [String: Any])
            return (training["options"] as? [String] ?? [], rules.compactMap { $0["threshold"] as? Double })
        }
        let plain = try thresholds()
        #expect(plain.options.contains("reserve=1.0") && !plain.margins.isEmpty)
        for (option, value) in [("reserve", "2.5"), ("confidence", "0.99")] {
            let strict = try thresholds("--\(option)", value)
            #expect(strict.options.contains("\(option)=\(value)") && strict.margins.count == plain.margins.count)
            // Where nobody may reach a threshold already, none is stricter.
            let pairs = zip(plain.margins, strict.margins)
            #expect(pairs.allSatisfy { $0 <= $1 + 1e-9 } && pairs.contains { $0 < $1 - 1e-9 }, "\(option)")
        }
        for confidence in ["0.4", "1", "nan"] {
            try expectFailure(
                ["train", "--csv", csv, "--label", "fraud", "--confidence", confidence, "--out", folder.path("c.swm")],
                status: 64, saying: ["--confidence", "0.5 to below 1"])
        }
        for reserve in ["0.5", "nan", "inf"] {
            try expectFailure(
                ["train", "--csv", csv, "--label", "fraud", "--reserve", reserve, "--out", folder.path("c.swm")],
                status: 64, saying: ["--reserve", "at least 1"])
        }
    }

    @Test func aSearchForSettingsIsLoggedAndKeepsWhatWasGiven() throws {
        var generator = SeededGenerator(seed: 5)
        var text = "amount,age,fraud\n"
        for row in 0..<400 {
            let amount = Double.random(in: row % 4 == 0 ? 20...200 : 0...90, using: &generator)
            text += "\(amount),\(row % 60),\(row % 4 == 0 ? 1 : 0)\n"
        }
        let csv = try write(text, "tune.csv")
        let (model, log) = (folder.path("tuned.swm"), folder.path("tune.jsonl"))
        try Executable.tool(
            "train", "--csv", csv, "--label", "fraud", "--tune", "4", "--tune-log", log, "--l2", "2.5", "--out", model)
        let trials = try lines(log).map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(trials.prefix(4).map { $0["configuration"] as? Int } == [0, 1, 2, 3])
        #expect(trials.count >= 6 && trials.allSatisfy { ($0["score"] as? Double ?? 0) > 0 })
        // What was given is not searched; the model says what was chosen.
        #expect(trials.allSatisfy { ($0["settings"] as? [String: String])?.keys.sorted() == ["l1"] })
        let said = try Executable.tool("inspect", model, "--json")
        #expect(said.contains("l2=2.5") && said.contains("tune_winner=") && said.contains("tune_configurations=4"))
        try expectFailure(
            ["train", "--csv", csv, "--label", "fraud", "--tune-log", log, "--out", model], status: 64,
            saying: ["--tune"])
        try expectFailure(
            ["train", "--csv", csv, "--label", "fraud", "--tune", "1", "--out", model], status: 64, saying: ["--tune"])
    }

    @Test func damagedModelsAreRefused() throws {
        let file = try TestModels.file(seed: 1)
        let path = folder.path("cut.swm")
        for count in [0, 10, 63, 500, file.count - 1] {
            try Data(file.prefix(count)).write(to: URL(fileURLWithPath: path))
            for verb in [["verify"], ["inspect"]] {
                try expectFailure(verb + [path], saying: [path, "MODEL_TRUNCATED"])
            }
        }
        try Data(file + [0]).write(to: URL(fileURLWithPath: path))
        try expectFailure(["verify", path], saying: [path, "refused"])
        try expectFailure(["verify", folder.path("nothing.swm")], saying: [folder.path("nothing.swm")])
    }

    /// However many requests are on their way, the answers stand in the order of the events.
    @Test func answersComeInTheOrderOfTheEvents() async throws {
        let service = try ServiceProcess(model: try TestModels.file(seed: 1))
        let expected = try lines(folder.path(try exported())).map { String($0.prefix { $0 != "}" }) }
        for depth in ["1", "8"] {
            let out = folder.path("answers-\(depth).jsonl")
            try Executable.tool(
                "score", "--requests", folder.path("events.jsonl"), "--server", "127.0.0.1:\(service.port)", "--depth",
                depth,
                "--out", out)
            let answers = try lines(out).compactMap {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
            #expect(answers.count == 60 && answers.allSatisfy { $0["status"] as? String == "OK" }, "depth \(depth)")
            for (index, answer) in answers.enumerated() {
                let account = #""account_ref":"\#(answer["account_ref"] as? String ?? "-")""#
                #expect(expected[index].contains(account), "depth \(depth), line \(index)")
            }
            let sequences = answers.compactMap { $0["commit_sequence"] as? Int }
            #expect(sequences.count == 60 && sequences == sequences.sorted(), "depth \(depth)")
        }
        let server = "127.0.0.1:\(service.port)"
        let far = try write(
            #"{"event_type":"signup","event_time_ms":9007199254740991,"account_ref":"z"}"# + "\n", "far.jsonl")
        let (status, output, error) = try Executable.run(
            Executable.path("stillwatch"), ["score", "--requests", far, "--server", server])
        #expect(status == 1 && error.contains("1 events were refused"))
        #expect(output.contains(#""status":"FIELD_OUT_OF_RANGE""#) && output.contains(#""path":"event_time_ms""#))
        let partial = try write(#"{"event_type":"signup","event_time_ms":1}"#, "partial.jsonl")
        try expectFailure(
            ["score", "--requests", partial, "--server", server], saying: ["\(partial):1: account_ref"])
        #expect(service.stop() == 0)
        try expectFailure(
            ["score", "--requests", far, "--server", server], saying: ["no service answers at \(server)"])
        try expectFailure(
            ["deploy", "list", "--admin-socket", service.adminSocket],
            saying: ["no service answers at \(service.adminSocket)"])
    }

    /// The fixture's events in order of time, as a file; its name.
    private func exported() throws -> String {
        try Executable.tool("events", "--to-jsonl", try foreignLog(), "--out", folder.path("events.jsonl"))
        return "events.jsonl"
    }

    @Test func everyVerbExplainsItself() throws {
        let verbs: [(verb: String, flags: [String])] = [
            (
                "train",
                ["--events", "--labels", "--csv", "--label", "--categorical", "--seed", "--threads", "--l2", "--out"]
            ),
            ("predict", ["--csv", "--model", "--out"]),
            ("events", ["--from-jsonl", "--to-jsonl", "--out", "--identifier-key", "--lenient", "--labels-out"]),
            ("replay", ["--events", "--labels", "--model", "--out"]), ("inspect", ["--json"]),
            ("verify", ["--table", "--json"]),
            ("explain", ["--events", "--csv", "--row", "--model", "--account", "--sequence", "--all"]),
            ("score", ["--requests", "--server", "--depth", "--observe", "--dry-run", "--caller", "--out"]),
            ("deploy", ["--admin-socket", "--json", "stage, promote, rollback, list or drain"]),
        ]
        let overview = try Executable.tool("--help")
        for (verb, flags) in verbs {
            #expect(overview.contains("  \(verb) "), "\(verb)")
            let help = try Executable.tool(verb, "--help")
            for flag in flags { #expect(help.contains(flag), "\(verb) \(flag)") }
        }
        #expect(try Executable.tool("--version") == StillwatchVersion.current + "\n")
        try expectFailure(["train", "--csv", "x", "--out", "y"], status: 64, saying: ["--csv needs --label"])
        try expectFailure(["deploy", "stage", "--admin-socket", "x"], status: 64, saying: ["stage needs a model file"])
        try expectFailure(
            ["score", "--requests", "x", "--server", "y", "--depth", "0"], status: 64, saying: ["1 to 1024"])
    }
}
