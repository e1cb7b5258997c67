import CSodium

extension Digest {
    /// BLAKE2b-256 without key or domain, over memory of any size in one call: for files, which say themselves what
    /// they are.
    public static func plain(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        Sodium.ready
        return [UInt8](unsafeUninitializedCapacity: 32) { buffer, filled in
            if let start = buffer.baseAddress {
                let content = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                crypto_generichash_blake2b(start, 32, content, UInt64(bytes.count), nil, 0)
            }
            filled = 32
        }
    }
}

extension Seal {
    /// Whether `device` vouched for the change with `hash`, and so for everything before it in its chain: asked anew
    /// of seals that were kept.
    public static func holds(
        _ seal: Signature, over hash: ChangeHash, by device: DeviceID, in workspace: WorkspaceID
    ) -> Bool {
        verifies(seal, over: hash, by: device, in: workspace)
    }
}
