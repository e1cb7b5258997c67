// swift-tools-version: 6.2
import PackageDescription

/// Every file's imports are its true dependencies, and nothing leaks through one module into another.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "nexus",
    products: [
        // The core that an app embeds. CLI and Relay are built on nothing else.
        .library(name: "CRDT", targets: ["CRDT"]),
        .library(name: "ChangeLog", targets: ["ChangeLog"]),
        .library(name: "Storage", targets: ["Storage"]),
        .library(name: "Sync", targets: ["Sync"]),
        .library(name: "Inbox", targets: ["Inbox"]),
        .library(name: "Assistant", targets: ["Assistant"]),
        .executable(name: "nexus", targets: ["CLI"]),
        // For whoever works on the core: a team's life in one process, from a seed.
        .executable(name: "nexus-simulate", targets: ["Simulate"]),
    ],
    dependencies: [
        // Opens, configures and queries SQLite; the most used and best documented Swift library for it.
        .package(url: "https://github.com/groue/GRDB.swift.git", exact: "7.10.0"),
        // The heap of the walk through causes, and the queue of deltas on their way in.
        .package(url: "https://github.com/apple/swift-collections.git", exact: "1.6.0"),
        // The relay's HTTP server, on SwiftNIO. Its optional configuration and Foundation parts are switched off.
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1", traits: []),
        // The relay's TLS, as Hummingbird takes it, and the public key of a certificate, which clients may pin.
        .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
        // Buffers and channel handlers for the relay's deadlines; at least 2.100.0, where unbounded headers were mended (CVE-2026-28980).
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        // HTTP field names for the relay's routes, as Hummingbird speaks them.
        .package(url: "https://github.com/apple/swift-http-types.git", exact: "1.8.0"),
        // Reads and writes the structured header fields that HTTP Message Signatures consist of, as RFC 9651 has them.
        .package(url: "https://github.com/apple/swift-http-structured-headers.git", exact: "1.7.0"),
        // The parts of an answer, in which the relay writes live streams to a connection itself.
        .package(url: "https://github.com/apple/swift-nio-extras.git", exact: "1.35.2"),
        // The relay's log lines, as Hummingbird takes them.
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        // Stops the relay cleanly on SIGINT and SIGTERM.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
        // Commands, options, help and completion.
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
    ],
    targets: [
        // MARK: System libraries
        .systemLibrary(
            name: "CSodium", path: "Sources/System/CSodium", pkgConfig: "libsodium",
            providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]),
        .systemLibrary(
            name: "CZstd", path: "Sources/System/CZstd", pkgConfig: "libzstd",
            providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
        .systemLibrary(
            name: "CZlib", path: "Sources/System/CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CSQLite", path: "Sources/System/CSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        // Only libcurl's headers: the library and its thirty dependencies would cost every start 5 ms, so the
        // shim opens it on first use of the network. Hence no pkgConfig, which would link it.
        .systemLibrary(
            name: "CCurlHeaders", path: "Sources/System/CCurlHeaders",
            providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
        // Linux's way to wait for many connections at once, which the C library's module leaves out.
        .systemLibrary(name: "CEpoll", path: "Sources/System/CEpoll"),
        .target(name: "CurlShim", dependencies: ["CCurlHeaders"], path: "Sources/System/CurlShim"),
        .target(name: "SQLiteShim", dependencies: ["CSQLite"], path: "Sources/System/SQLiteShim"),
        .target(name: "FileShim", path: "Sources/System/FileShim"),

        // MARK: The core
        .target(name: "CRDT", swiftSettings: strict),
        .target(name: "PhoneNumbers", swiftSettings: strict),
        .target(name: "ChangeLog", dependencies: ["CRDT", "CSodium", "CZstd"], swiftSettings: strict),
        .target(
            name: "Storage",
            dependencies: [
                "CRDT", "ChangeLog", "CSQLite", "SQLiteShim", "FileShim",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .target(
            name: "Sync",
            dependencies: [
                "CRDT", "ChangeLog",
                .product(name: "RawStructuredFieldValues", package: "swift-http-structured-headers"),
            ],
            swiftSettings: strict),
        .target(name: "Replication", dependencies: ["ChangeLog", "Storage", "Sync"], swiftSettings: strict),
        .target(
            name: "Inbox",
            dependencies: [
                "CRDT", "ChangeLog", "PhoneNumbers", "Storage", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "Assistant", dependencies: ["CRDT", "ChangeLog", "Inbox", "Storage"], swiftSettings: strict),

        // MARK: The edges
        .target(name: "Keys", dependencies: ["ChangeLog", "CSodium"], swiftSettings: strict),
        .target(name: "Transport", dependencies: ["CurlShim", "Sync"], swiftSettings: strict),
        .target(
            name: "RelayClient", dependencies: ["ChangeLog", "Replication", "Storage", "Sync", "Transport"],
            swiftSettings: strict),
        .target(
            name: "Channels", dependencies: ["ChangeLog", "CSodium", "Inbox", "Sync", "Transport"],
            swiftSettings: strict),
        // Sends a channel account's messages, and takes in what its provider tells.
        .target(
            name: "Gateway",
            dependencies: [
                "CRDT", "Channels", "ChangeLog", "Inbox", "Storage", "Sync",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "Relay",
            dependencies: [
                "ChangeLog", "Keys", "Replication", "Storage", "Sync",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "ProviderServer",
            dependencies: [
                "ChangeLog", "Channels", "Inbox", "Transport",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        // Not a product: what it measures is the products.
        .target(
            name: "Benchmark",
            dependencies: [
                "CRDT", "ChangeLog", "Replication", "Storage", "Sync", "Inbox", "CEpoll",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "CLI",
            dependencies: [
                "Assistant", "CRDT", "ChangeLog", "Keys", "Storage", "Sync", "Replication", "Gateway", "Inbox",
                "Transport",
                "RelayClient",
                "Relay",
                "Channels", "ProviderServer", "Benchmark", "CZlib",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // MARK: Simulation
        .target(
            name: "Simulation",
            dependencies: [
                "CRDT", "ChangeLog", "Storage", "Sync", "Replication", "Inbox",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "Simulate",
            dependencies: ["Simulation", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict),

        // MARK: Tests
        .target(
            name: "TestSupport", dependencies: ["CRDT", "ChangeLog", "Replication", "Simulation", "Storage", "Sync"],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "CRDTTests", dependencies: ["CRDT", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "PhoneNumbersTests", dependencies: ["PhoneNumbers", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ChangeLogTests", dependencies: ["CRDT", "CSodium", "ChangeLog", "TestSupport"], swiftSettings: strict
        ),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "CRDT", "ChangeLog", "Simulation", "Storage", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SyncTests", dependencies: ["CRDT", "ChangeLog", "Replication", "Storage", "Sync", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "WorldTests",
            dependencies: [
                "CRDT", "ChangeLog", "PhoneNumbers", "Storage", "Replication", "Inbox", "Sync", "Channels", "Gateway",
                "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(name: "BenchmarkTests", dependencies: ["Benchmark", "ChangeLog"], swiftSettings: strict),
        .testTarget(name: "KeysTests", dependencies: ["ChangeLog", "Keys", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "RelayTests",
            dependencies: [
                "CRDT", "ChangeLog", "Keys", "Relay", "Replication", "Storage", "Sync", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SimulationTests", dependencies: ["CRDT", "ChangeLog", "Inbox", "Simulation", "Storage"],
            swiftSettings: strict),
        .testTarget(
            name: "InboxTests",
            dependencies: ["CRDT", "ChangeLog", "Inbox", "Simulation", "Storage", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ChannelsTests", dependencies: ["ChangeLog", "Channels", "Inbox", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "CRDT", "Channels", "ChangeLog", "Gateway", "Inbox", "Replication", "Simulation", "Storage", "Sync",
                "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ProviderServerTests",
            dependencies: ["ChangeLog", "Channels", "Inbox", "ProviderServer", "Transport"],
            swiftSettings: strict),
        .testTarget(
            name: "AssistantTests",
            dependencies: [
                "Assistant", "CRDT", "ChangeLog", "Inbox", "Storage", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CLITests",
            dependencies: [
                "CLI", "ChangeLog", "Inbox", "Simulation", "Storage", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        // Runs the program itself, which therefore has to be built.
        .testTarget(
            name: "CommandTests", dependencies: ["CLI", "ChangeLog", "Channels", "TestSupport", "Transport"],
            swiftSettings: strict),
    ]
)
