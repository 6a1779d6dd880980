/// Reads XGBoost's JSON models (`Booster.save_model("model.json")`, versions 2 and 3) of binary classification.
///
/// The margin is XGBoost's `predict(output_margin=True)` but for the rounding of its sum: it adds Float32 numbers one
/// by one. The reasons are its `pred_contribs`, in the same sense.
///
/// XGBoost rounds every value to the nearest Float32 and sends it left if that is below a Float32 threshold. A
/// threshold here is the lowest Float64 that so rounds to at least XGBoost's. So every Float64 goes the way it goes
/// there, those between two Float32 numbers too, where `value < threshold` alone would send some of them the other way:
/// XGBoost's thresholds are often values of the training rows. It lies half a Float32 step below the one XGBoost shows.
///
/// What our trees cannot say is refused: other objectives, several classes or targets, DART, linear boosters.
public enum XGBoostJSON {
    /// Which rounds of a model that was stopped early are taken.
    public enum Rounds: Sendable {
        /// Those up to the best iteration that the model names, as `XGBClassifier.predict` takes them; without such a
        /// name all.
        case untilBest
        /// All, as `Booster.predict` takes them.
        case all
    }

    /// The model as a document without golden inputs, calibration, policy or directions; its card says what was taken.
    ///
    /// A feature that the catalogue knows by name gets its definition version; features without names are `f0`, `f1`
    /// and so on. The words of a categorical feature are those that the file lists (XGBoost 3 learnt from a data
    /// frame), else the numbers XGBoost was given for it. An unknown word goes left, as an unseen number does there;
    /// unknown words of data frames are refused there.
    /// - Parameters:
    ///   - file: The file's bytes.
    ///   - name: The model's name.
    ///   - rounds: Which rounds of a model that was stopped early are taken.
    ///   - decode: Decodes JSON: Foundation's `JSONDecoder`, which this library has no need of elsewhere. Without
    ///     `allowsJSON5`: as of Swift 6.3 that crashes on some damaged numbers.
    /// - Complexity: O(bytes).
    /// - Throws: ``ImportError`` with the path.
    public static func document(
        _ file: [UInt8], name: String, rounds: Rounds = .untilBest,
        decode: (XGBoostFile.Type, [UInt8]) throws -> XGBoostFile
    ) throws(ImportError) -> ModelDocument {
        try checkText(file)
        let decoded: XGBoostFile
        do {
            decoded = try decode(XGBoostFile.self, quotingNumberWords(file))
        } catch let error as ImportError {
            throw error
        } catch {
            let isCutOff = file.last { $0 > UInt8(ascii: " ") } != UInt8(ascii: "}")
            throw ImportError("expected JSON, found text that is not\(isCutOff ? ": it is cut off" : "")")
        }
        return try decoded.document(name: name, rounds: rounds)
    }

    /// Tells XGBoost's binary files, which begin as an object whose first name's length has a type.
    private static func checkText(_ file: [UInt8]) throws(ImportError) {
        guard let first = file.first(where: { $0 > UInt8(ascii: " ") }) else {
            throw ImportError("expected JSON, found nothing")
        }
        let isUBJ = file.count > 1 && file[0] == UInt8(ascii: "{") && "iUIlL$#".utf8.contains(file[1])
        let isBinary = isUBJ || file.starts(with: "binf".utf8)
        guard !isBinary else {
            throw ImportError(
                "expected JSON, found XGBoost's binary format: save the model as JSON, "
                    + "booster.save_model(\"model.json\")")
        }
        guard first == UInt8(ascii: "{") else {
            throw ImportError("expected JSON that begins with {, found another beginning")
        }
    }

    /// The words that XGBoost writes for numbers, which JSON has not, in quotes: such as the NaN that version 2 gives
    /// questions about categories for a threshold.
    private static func quotingNumberWords(_ file: [UInt8]) -> [UInt8] {
        let words = ["NaN", "Infinity", "-Infinity"].map { Array($0.utf8) }
        let quote = UInt8(ascii: "\"")
        var result: [UInt8] = []
        result.reserveCapacity(file.count)
        var isText = false
        var index = 0
        while index < file.count {
            let byte = file[index]
            if isText, byte == UInt8(ascii: "\\"), index + 1 < file.count {
                result += file[index...index + 1]
                index += 2
                continue
            }
            if !isText, "NI-".utf8.contains(byte), let word = words.first(where: file[index...].starts(with:)) {
                result += [quote] + word + [quote]
                index += word.count
                continue
            }
            if byte == quote { isText.toggle() }
            result.append(byte)
            index += 1
        }
        return result
    }
}
