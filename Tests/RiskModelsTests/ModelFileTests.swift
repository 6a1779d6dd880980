import Crypto
import RiskCore
import RiskModels
import RiskWire
import Testing

@Suite struct ModelFileTests {
    private func refusal(_ file: [UInt8]) -> ModelFileError? {
        do {
            _ = try ModelFile.load(file)
            return nil
        } catch {
            return error
        }
    }

    private func changed(_ change: (inout ModelDocument) -> Void) throws -> [UInt8] {
        var document = try referenceModel()
        change(&document)
        return ModelFile.encode(document)
    }

    @Test func aDocumentComesBackAsItWasToTheBit() throws {
        let document = try referenceModel()
        let file = ModelFile.encode(document)
        let decoded = try ModelFile.decodeDocument(file)
        #expect(decoded.document == document)
        #expect(ModelFile.encode(decoded.document) == file)
        let model = try ModelFile.load(file)
        #expect(model.document == document)
        #expect(model.digest == decoded.digest && model.digest == Array(SHA256.hash(data: file)))
        let empty = ModelDocument(name: "", features: [], kind: .logistic(LogisticModel(intercept: 0, terms: [])))
        #expect(try ModelFile.decodeDocument(ModelFile.encode(empty)).document == empty)
    }

    @Test func theBitsOfMissingValuesSurvive() throws {
        let payload = Double(bitPattern: 0xfff8_0000_dead_beef)
        let file = try changed { document in
            document.goldenInputs[1].values[0] = payload
            document.goldenInputs[1].values[2] = -0.0
        }
        let golden = try ModelFile.decodeDocument(file).document.goldenInputs[1]
        #expect(golden.values[0].bitPattern == payload.bitPattern)
        #expect(golden.values[2].bitPattern == (-0.0).bitPattern)
    }

    @Test func everyTruncationIsRefused() throws {
        let file = ModelFile.encode(try referenceModel())
        for count in 0..<file.count {
            #expect(refusal(Array(file.prefix(count)))?.code == .truncated, "\(count) of \(file.count) bytes")
        }
        #expect(refusal(file + [0]) != nil)
    }

    @Test func everySingleFlippedBitIsRefused() throws {
        let file = ModelFile.encode(try referenceModel())
        for bit in 0..<file.count * 8 {
            var damaged = file
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(refusal(damaged) != nil, "bit \(bit % 8) of byte \(bit / 8)")
        }
    }

    @Test func aFileWithoutProofOrWithWrongProofIsRefused() throws {
        #expect(refusal(try changed { $0.goldenInputs = [] })?.code == .invalid)
        #expect(refusal(try changed { $0.goldenInputs[0].margin.negate() })?.code == .goldenMismatch)
        #expect(refusal(try changed { $0.goldenInputs[0].contributions[0] += 1e-15 })?.code == .goldenMismatch)
        #expect(refusal(try changed { $0.goldenInputs[0].values = [1] })?.code == .invalid)
    }

    @Test func whatANewerProgramWroteIsRefusedAsSuch() throws {
        let payload = try ModelContainer.open(ModelFile.encode(try referenceModel())).payload
        for field: [UInt8] in [[0xf8, 0x01, 1], [0x62, 0], [0x22, 2, 0x30, 1]] {
            let error = refusal(ModelContainer.seal(Array(payload) + field))
            #expect(error?.code == .unsupportedVersion, "\(field)")
        }
        // A direction of features[3] that does not exist.
        #expect(refusal(ModelContainer.seal(Array(payload) + [0x22, 2, 0x18, 9]))?.code == .unsupportedVersion)
    }

    @Test func brokenPayloadsUnderARightDigestAreRefused() throws {
        #expect(refusal(ModelContainer.seal([]))?.code == .invalid)
        #expect(refusal(ModelContainer.seal([0xff]))?.code == .malformed)
        #expect(refusal(ModelContainer.seal([0x0a, 2, 0xc0, 0x80]))?.code == .malformed)  // a name that is not UTF-8
        #expect(refusal(ModelContainer.seal([0x0a, 1, 0]))?.code == .malformed)  // NUL in a name
        #expect(refusal(ModelContainer.seal([0x08, 1]))?.code == .malformed)  // a name that is a number
        // A policy rule by a word that does not exist; a huge count of empty features, terms and golden inputs.
        #expect(refusal(ModelContainer.seal([0x52, 0, 0xaa, 1, 4, 0x12, 2, 0x0a, 0]))?.code == .invalid)
        for repeated: [UInt8] in [[0x22, 0], [0xb2, 1, 0], [0xa2, 1, 0]] {
            var payload: [UInt8] = [0x52, 0]
            for _ in 0..<300_000 { payload += repeated }
            let code = refusal(ModelContainer.seal(payload))?.code
            #expect(code == .tooLarge || code == .invalid, "\(repeated)")
        }
    }

    @Test func hostileStructureUnderARightDigestIsRefused() throws {
        func logistic(_ change: (inout LogisticModel) -> Void) throws -> [UInt8] {
            try changed { document in
                guard case .logistic(var model) = document.kind else { return }
                change(&model)
                document.kind = .logistic(model)
            }
        }
        for index in [3, 4096, Int(UInt32.max)] {
            #expect(refusal(try logistic { $0.terms[3].feature = index })?.code == .invalid, "feature \(index)")
        }
        #expect(refusal(try logistic { $0.terms.swapAt(0, 3) })?.code == .invalid)
        #expect(refusal(try logistic { $0.terms[1].shape = .category(weights: []) })?.code == .invalid)
        #expect(refusal(try logistic { $0.intercept = .nan })?.code == .invalid)
        for value in [Double.infinity, 1e300, -1e300, 4.5, -1, 9.3e18] {
            #expect(refusal(try changed { $0.goldenInputs[0].values[1] = value }) != nil, "category \(value)")
        }
    }

    @Test func randomAndMutatedPayloadsNeverCrash() throws {
        let payload = Array(try ModelContainer.open(ModelFile.encode(try referenceModel())).payload)
        for seed in 0..<40_000 as Range<UInt64> {
            var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
            func next(_ bound: Int) -> Int {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return Int(state % UInt64(bound))
            }
            var hostile = seed % 4 == 0 ? (0..<next(80)).map { _ in UInt8(next(256)) } : payload
            for _ in 0..<1 + next(3) where !hostile.isEmpty {
                let index = next(hostile.count)
                switch next(4) {
                case 0: hostile[index] = UInt8(next(256))
                case 1: hostile.removeSubrange(index..<min(hostile.count, index + 1 + next(9)))
                case 2: hostile.insert(contentsOf: (0...next(9)).map { _ in UInt8(next(256)) }, at: index)
                default: hostile[index] ^= 0x80
                }
            }
            // Some still load: a changed name is a sound model of that name.
            if let model = try? ModelFile.load(ModelContainer.seal(hostile)) {
                #expect(!model.document.goldenInputs.isEmpty, "seed \(seed)")
            }
        }
    }
}
