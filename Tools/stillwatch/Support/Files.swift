import ArgumentParser
import Crypto
import Foundation
import RiskCore
import RiskEngine
import RiskEventLog
import RiskModels
import RiskTraining
import RiskWire

/// Reading and writing whole files, with errors that name the file.
enum Files {
    static func read(_ path: String) throws -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw ToolError("cannot read \(path): \(reason(error))")
        }
    }

    /// Writes a file as a whole: whoever reads it finds the old content or the new.
    static func write(_ bytes: [UInt8], to path: String) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw ToolError("cannot write \(path): \(reason(error))")
        }
    }

    /// A checked model.
    static func model(_ path: String) throws -> LoadedModel {
        let bytes = try read(path)
        do {
            return try ModelFile.load(bytes)
        } catch {
            throw ToolError("\(path) was refused: \(error)")
        }
    }

    /// A checked model that this program can serve.
    ///
    /// - Parameters:
    ///   - path: The model file.
    ///   - policy: The file with the operator's policy; nil: the model's own decides.
    static func servableModel(_ path: String, policy: String? = nil) throws -> ServableModel {
        let loaded = try model(path)
        let operatorPolicy = try policy.map { try PolicyJSON.decode(try read($0), file: $0) }
        do {
            return try ServableModel(loaded, policy: operatorPolicy)
        } catch {
            throw ToolError("\(path) was refused: \(error)")
        }
    }

    /// SHA-256 of each file of a log, in order, and of the labels.
    static func digests(log: String, labels: String) throws -> [[UInt8]] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: log)) ?? []
        let files = names.filter { $0.hasSuffix(".swlog") }.sorted().map { "\(log)/\($0)" }
        return try (files.isEmpty ? [log] : files).map(digest) + [try digest(labels)]
    }

    private static func digest(_ path: String) throws -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path) else { throw ToolError("cannot read \(path)") }
        var hash = SHA256()
        while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty { hash.update(data: chunk) }
        return Array(hash.finalize())
    }

    /// Makes a folder if it is not there.
    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ToolError("cannot make \(path): \(reason(error))")
        }
    }

    private static func reason(_ error: any Error) -> String {
        let system = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        return system?.localizedDescription ?? (error as NSError).localizedDescription
    }
}

/// A failure that is told to the user as it stands.
struct ToolError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
