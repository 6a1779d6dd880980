/// The sets of categories of a tree's nodes.
struct XGBoostSets {
    /// The codes of all sets, end to end.
    let codes: [Int]
    private let place: JSONPlace
    private var ofNode: [Int: Range<Int>] = [:]

    init(_ object: JSONObject, nodeCount: Int) throws(ImportError) {
        place = object.place
        codes = try object.wholes("categories")
        let nodes = try object.wholes("categories_nodes")
        let starts = try object.wholes("categories_segments", count: nodes.count)
        let sizes = try object.wholes("categories_sizes", count: nodes.count)
        for (index, node) in nodes.enumerated() {
            guard (0..<nodeCount).contains(node), ofNode[node] == nil else {
                throw object.refusal(
                    "categories_nodes", index: index, expected: "nodes from 0 to \(nodeCount - 1), each once",
                    found: "\(node)")
            }
            guard (0...codes.count).contains(starts[index]) else {
                throw object.refusal(
                    "categories_segments", index: index, expected: "0 to \(codes.count)", found: "\(starts[index])")
            }
            guard (0...codes.count - starts[index]).contains(sizes[index]) else {
                throw object.refusal(
                    "categories_sizes", index: index, expected: "0 to \(codes.count - starts[index])",
                    found: "\(sizes[index])")
            }
            ofNode[node] = starts[index]..<starts[index] + sizes[index]
        }
    }

    /// Where a node's set lies in ``codes``.
    func places(_ node: Int) throws(ImportError) -> Range<Int> {
        guard let places = ofNode[node] else {
            throw place.refusal("categories_nodes", expected: "node \(node) among them", found: "nothing of it")
        }
        return places
    }
}
