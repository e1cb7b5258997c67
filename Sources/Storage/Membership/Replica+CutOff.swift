public import ChangeLog
import GRDB

extension Replica {
    /// The devices that are cut off, if something that arrived after local arrival `arrival` may have altered which; nil
    /// if nothing did, which costs one look at each arrival since.
    public func cutOffDevices(ifAlteredAfter arrival: UInt64) throws(StorageFailure) -> Set<DeviceID>? {
        try readLog { log in try log.hasActs(after: arrival) ? log.cutOffDevices() : nil }
    }
}

extension Log {
    fileprivate func hasActs(after arrival: UInt64) throws -> Bool {
        let read = try statements(
            """
            SELECT 1 FROM arrival CROSS JOIN act
            ON act.place BETWEEN arrival.branch << 40 | arrival.first AND arrival.branch << 40 | arrival.last
            WHERE arrival.number > ?1 LIMIT 1
            """)
        defer { read.reset() }
        read.bind(1, arrival)
        return try read.step()
    }

    fileprivate func cutOffDevices() throws -> Set<DeviceID> {
        let read = try statements("SELECT device FROM member WHERE revoked <> 0")
        defer { read.reset() }
        var devices: Set<DeviceID> = []
        while try read.step() { if let device = DeviceID(read.bytes(0)) { devices.insert(device) } }
        return devices
    }
}
