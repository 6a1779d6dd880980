/// A request of an operator.
public struct AdminRequest: Sendable, Equatable {
    /// Repeated in the reply.
    public var id: UInt64
    /// What is asked.
    public var method: Method

    /// The methods of the admin service.
    public enum Method: Sendable, Equatable {
        case listModels
        case stageModel(path: String)
        case promoteModel(digest: [UInt8])
        case rollbackModel
        case drain
    }

    /// A request.
    public init(id: UInt64, method: Method) {
        self.id = id
        self.method = method
    }
}

/// A reply to an operator.
public struct AdminReply: Sendable {
    /// The request's id.
    public var id: UInt64
    /// The result or why there is none.
    public var outcome: Result<Body, StatusError>

    /// The results of the admin service's methods.
    public enum Body: Sendable, Equatable {
        case listModels([ModelInfo])
        case stageModel(ModelInfo)
        case promoteModel(ModelInfo)
        case rollbackModel(ModelInfo)
        case drain
    }

    /// A reply.
    public init(id: UInt64, outcome: Result<Body, StatusError>) {
        self.id = id
        self.outcome = outcome
    }
}

/// A model the service holds.
public struct ModelInfo: Sendable, Equatable {
    /// What a model is to the service. The raw value is the number on the wire.
    public enum Role: UInt32, Sendable {
        case active = 1
        case staged, previous
    }

    /// SHA-256 of the file.
    public var digest: [UInt8]
    /// What it is to the service.
    public var role: Role
    /// The name inside the file.
    public var name: String
    /// The kind of model.
    public var kind: String
    /// Where the file was read.
    public var path: String
    /// When it took this role, Unix milliseconds.
    public var sinceMs: Int64
    /// How many features it uses.
    public var featureCount: Int

    /// Describes a model.
    public init(
        digest: [UInt8], role: Role, name: String, kind: String, path: String, sinceMs: Int64, featureCount: Int
    ) {
        self.digest = digest
        self.role = role
        self.name = name
        self.kind = kind
        self.path = path
        self.sinceMs = sinceMs
        self.featureCount = featureCount
    }
}
