// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "stillwatch",
    products: [
        .executable(name: "stillwatchd", targets: ["stillwatchd"]),
        .executable(name: "stillwatch", targets: ["stillwatch"]),
        .library(name: "RiskClient", targets: ["RiskClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "CStillwatchProtos", dependencies: ["CProtobufC"]),
        .target(name: "CTreeKernels"),
        .target(name: "CTreeTraining"),
        .target(name: "CMemoryHints"),

        library("RiskCore"),
        library("RiskIdentity", ["RiskCore", crypto]),
        library("RiskLinearAlgebra", ["COpenBLAS"]),
        library("RiskModels", ["RiskCore", "CTreeKernels", crypto]),
        library(
            "RiskLinkage",
            [
                "RiskCore", "RiskLinearAlgebra", "CMemoryHints",
                .product(name: "HeapModule", package: "swift-collections"),
            ]),
        library("RiskWire", ["RiskCore", "RiskModels", "CProtobufC", "CStillwatchProtos"]),
        library("RiskEventLog", ["RiskCore", "RiskWire"]),
        library("RiskEngine", ["RiskCore", "RiskLinkage", "RiskModels", "RiskWire"]),
        library(
            "RiskTraining",
            [
                "RiskCore", "RiskLinearAlgebra", "RiskLinkage", "RiskModels", "RiskWire", "RiskEventLog", "RiskEngine",
                "CTreeTraining", crypto,
            ]),
        library(
            "RiskService",
            [
                "RiskCore", "RiskIdentity", "RiskLinkage", "RiskModels", "RiskWire", "RiskEventLog", "RiskEngine",
                logging,
            ]
                + nio
                + [
                    .product(name: "NIOHTTP1", package: "swift-nio"),
                    .product(name: "DequeModule", package: "swift-collections"),
                ]),
        library("RiskClient", ["RiskCore", "RiskModels", "RiskWire"] + nio),
        library("RiskSimulation", ["RiskCore", .product(name: "HeapModule", package: "swift-collections")]),
        .executableTarget(
            name: "stillwatchd",
            dependencies: [
                "RiskService", "RiskCore", arguments, logging,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "stillwatch",
            dependencies: [
                "RiskTraining", "RiskSimulation", "RiskClient", "RiskEngine", "RiskEventLog", "RiskIdentity",
                "RiskLinkage", "RiskWire", "RiskModels", "RiskCore", arguments, crypto,
            ],
            path: "Tools/stillwatch", swiftSettings: strict),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        tests("RiskCoreTests", ["RiskCore"]),
        tests("RiskIdentityTests", ["RiskIdentity", "RiskCore"]),
        tests("RiskLinearAlgebraTests", ["RiskLinearAlgebra"]),
        tests("RiskModelsTests", ["RiskModels", "RiskWire", "RiskCore", crypto]),
        tests("RiskLinkageTests", ["RiskLinkage", "RiskCore"]),
        tests("RiskWireTests", ["RiskWire", "RiskCore", "RiskModels"]),
        tests("RiskEventLogTests", ["RiskEventLog", "RiskWire", "RiskCore"]),
        tests("RiskEngineTests", ["RiskEngine", "RiskLinkage", "RiskModels", "RiskWire", "RiskCore"]),
        tests(
            "RiskTrainingTests",
            [
                "RiskTraining", "RiskEngine", "RiskEventLog", "RiskModels", "RiskWire", "RiskLinearAlgebra",
                "RiskCore",
            ]),
        tests("RiskSimulationTests", ["RiskSimulation", "RiskEventLog", "RiskWire", "RiskCore"]),
        tests(
            "RiskServiceTests",
            ["RiskService", "RiskWire", "RiskModels", "RiskCore", .product(name: "NIOEmbedded", package: "swift-nio")]
                + nio),
        tests(
            "EndToEndTests",
            [
                "RiskClient", "RiskTraining", "RiskEngine", "RiskWire", "RiskEventLog", "RiskModels", "RiskCore",
                "stillwatchd",
                "stillwatch",
            ] + nio),
    ]
)
