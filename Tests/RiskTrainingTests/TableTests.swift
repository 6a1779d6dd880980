import RiskModels
import Testing

@testable import RiskTraining

@Suite struct TableTests {
    static func load(_ text: String, categorical: [String] = []) throws -> TrainingData {
        let file = TemporaryFile(text)
        return try TableLoader(path: file.path, label: "label", categorical: categorical) { _, _ in }.load()
    }

    @Test func columnsAreNumericIfAllTheirCellsAreNumbers() throws {
        let data = try Self.load("n,c,label,code\n1,x,0,7\n,x,1,7\n2.5,y,0,8\n-1,x,1,7\n", categorical: ["code"])
        #expect(data.features.map(\.name) == ["n", "c", "code"])
        #expect(data.features.map(\.categories) == [nil, ["x"], ["7"]])
        #expect(data.columns[0].map { $0.isNaN ? 99 : $0 } == [1, 99, 2.5, -1])
        // y and 8 were seen once, which is too rare for a weight of their own.
        #expect(data.columns[1] == [0, 0, 1, 0])
        #expect(data.columns[2] == [0, 0, 1, 0])
        #expect(data.labels == [false, true, false, true])
        #expect(data.digests.count == 1 && data.digests[0].count == 32)
    }

    @Test func onlyTheMostFrequentCategoriesAreKept() throws {
        var text = "c,label\n"
        for word in 0..<300 { for row in 0..<(word < 10 ? 3 : 2) { text += "w\(1000 + word),\(row % 2)\n" } }
        text += ",1\n"
        let data = try Self.load(text)
        let categories = try #require(data.features[0].categories)
        #expect(categories.count == 254)
        #expect(Array(categories.prefix(11)) == (1000...1010).map { "w\($0)" })
        #expect(data.columns[0].count { $0 == 254 } == 2 * 46)
        #expect(data.columns[0].last?.isNaN == true)
    }

    @Test(arguments: [
        ("", TrainingError.Code.empty, "header"),
        ("a,label\n", .empty, "rows below the header"),
        ("a,b\n1,0\n", .missingColumn, "\"label\", found a, b"),
        ("label\n1\n", .missingColumn, "beside the label"),
        ("a,a,label\n1,2,0\n", .badColumnName, "columns 1 and 2 are both called \"a\""),
        ("a,,label\n1,2,0\n", .badColumnName, "column 2"),
        ("a,label\n1,0\n1,2\n", .badLabel, "line 3: column \"label\": expected 0 or 1, found \"2\""),
        ("a,label\n1,\n", .badLabel, "line 2"),
        ("a,label\n1,yes\n", .badLabel, "\"yes\""),
        ("a,label\n1,0\nnan,1\n", .notANumber, "line 3: column \"a\""),
        ("a,label\n1,0\n1e999,1\n", .notANumber, "line 3: column \"a\""),
        ("a,label\n1,0,3\n", .raggedRow, "line 2: expected 2 cells, found 3"),
    ])
    func saysWhatIsWrongWithATable(text: String, code: TrainingError.Code, message: String) throws {
        let error = try #require(trainingError { _ = try Self.load(text) })
        #expect(error.code == code)
        #expect(error.message.contains(message), "\(error)")
    }

    @Test func aForcedColumnThatIsNotThereIsAnError() throws {
        let error = try #require(trainingError { _ = try Self.load("a,label\n1,0\n", categorical: ["b"]) })
        #expect(error.code == .missingColumn && error.message.contains("\"b\""))
    }

    @Test func oneLabelOnlyIsAnError() throws {
        let file = TemporaryFile("a,label\n1,1\n2,1\n")
        #expect(trainingError { _ = try trainTable(csv: file.path, label: "label") }?.code == .oneClass)
    }

    /// A table whose label depends on a number and a word, half of it with a missing number.
    static func trained() throws -> LoadedModel {
        var random = Randoms(seed: 5)
        var text = "id,n,c,label\n"
        for row in 0..<2000 {
            let (n, c) = (random.normal(), ["red", "green", "blue, dark"][random.int(0..<3)])
            let isPositive = n + (c == "red" ? 2 : 0) + random.normal() > 1
            text += "u\(row),\(row % 4 == 0 ? "" : "\(n)"),\"\(c)\",\(isPositive ? 1 : 0)\n"
        }
        let file = TemporaryFile(text)
        return try LoadedModel(trainTable(csv: file.path, label: "label"), digest: [])
    }

    static func predict(_ model: LoadedModel, _ text: String) throws -> [TablePrediction] {
        let file = TemporaryFile(text)
        var result: [TablePrediction] = []
        let count = try predictTable(csv: file.path, model: model) { result.append($0) }
        #expect(count == result.count)
        return result
    }

    @Test func predictionMatchesColumnsByNameAndIgnoresTheLabel() throws {
        let model = try Self.trained()
        let plain = try Self.predict(model, "id,n,c\nu1,3,red\nu2,-3,green\nnew,,purple\n")
        #expect(plain.count == 3)
        #expect(plain[0].probability > 0.9 && plain[1].probability < 0.1)
        #expect(try Self.predict(model, "c,label,n,id\nred,,3,u1\ngreen,x,-3,u2\nolive,1,,new\n") == plain)
        // A margin is what the serving code gives for the vector.
        var contributions: [Double] = []
        #expect(plain[0].margin == model.score([0, 3, Self.code(model, "red")], contributions: &contributions))
        #expect(plain[2].margin == model.score([0, .nan, 3], contributions: &contributions))
    }

    @Test func rowsAreReadAsVectorsUntilThereAreEnough() throws {
        let model = try Self.trained()
        let file = TemporaryFile("id,n,c\nu1,3,red\nnew,,purple\nu2,-3,green\n")
        var rows: [[Double]] = []
        let count = try readTable(csv: file.path, model: model) {
            rows.append($0)
            return rows.count < 2
        }
        #expect(count == 2 && rows.count == 2)
        #expect(rows[0] == [0, 3, Self.code(model, "red")])
        #expect(rows[1][1].isNaN && rows[1][2] == 3)
    }

    static func code(_ model: LoadedModel, _ word: String) -> Double {
        Double(model.document.features[2].categories?.firstIndex(of: word) ?? -1)
    }

    @Test(arguments: [
        ("id,c\nu1,red\n", TrainingError.Code.missingColumn, "\"n\""),
        ("id,n,c,extra\nu1,1,red,2\n", .extraColumn, "\"extra\""),
        (
            "id,n,c\nu1,1,red\nu2,many,red\n", .notANumber,
            "line 3: column \"n\": expected a finite number, found \"many\""
        ),
        ("id,n,c\nu1,inf,red\n", .notANumber, "line 2"),
        ("", .empty, "header"),
    ])
    func predictionSaysWhatIsWrong(text: String, code: TrainingError.Code, message: String) throws {
        let model = try Self.trained()
        let error = try #require(trainingError { _ = try Self.predict(model, text) })
        #expect(error.code == code)
        #expect(error.message.contains(message), "\(error)")
    }

    @Test func predictionsAreWrittenSoThatTheyReadBackTheSame() {
        #expect(TablePrediction.csvHeader == "probability,margin")
        var random = Randoms(seed: 2)
        for _ in 0..<1000 {
            let prediction = TablePrediction(probability: random.uniform(), margin: 30 * random.normal())
            let parts = prediction.csvLine.split(separator: ",").compactMap { Double($0) }
            #expect(parts == [prediction.probability, prediction.margin])
        }
    }

    @Test func theDocumentSaysWhatItWasMadeOf() throws {
        let statement = try Self.trained().document.training
        #expect(statement.options.contains("label=label") && statement.options.contains("l2=1.0"))
        #expect(statement.rowCount == 2000 && statement.positiveCount > 0)
        #expect(statement.numericEnvironment.contains("core="))
        #expect(statement.dataDigests.count == 1)
        let auc = try #require(statement.metrics.first { $0.name == "heldout_roc_auc" }?.value)
        #expect(auc > 0.8 && auc < 1)
    }
}
