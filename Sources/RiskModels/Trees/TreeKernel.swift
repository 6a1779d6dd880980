internal import CTreeKernels

/// Which code scores trees. All give the same bits; they differ in speed only.
public enum TreeKernel: String, Sendable, CaseIterable {
    /// Plain Swift, for any processor.
    case portable
    /// x86-64 with AVX2.
    case avx2
    /// x86-64 with AVX-512, its byte permutations (VBMI) and its sums of bytes (VNNI).
    case avx512

    /// Whether this processor has what the kernel needs.
    public var isSupported: Bool {
        switch self {
        case .portable: true
        case .avx2: tk_has_avx2() != 0
        case .avx512: tk_has_avx512() != 0
        }
    }

    /// The fastest kernel that this processor has.
    public static let best: TreeKernel = [.avx512, .avx2].first(where: \.isSupported) ?? .portable
}
