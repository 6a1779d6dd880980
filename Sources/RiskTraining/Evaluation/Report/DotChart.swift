/// Rows of dots with whiskers, a colour a model, as inline SVG.
struct DotChart: Sendable {
    /// One row.
    struct Row: Sendable {
        var name: String
        /// By model: value and 95 % interval; nil for none.
        var dots: [(value: Double, interval: Interval)?]
    }

    var title: String
    var axis: ChartAxis
    var rows: [Row]
    /// The models.
    var names: [String]

    private static let width = 540.0
    private static let left = 196.0
    private static let right = 18.0
    private static let rowHeight = 22.0
    private static let top = 8.0
    /// Characters of a row's name that fit.
    private static let nameLength = 30

    /// A `<figure>` with title, legend and drawing.
    var html: String {
        let floor = Self.top + Double(rows.count) * Self.rowHeight + 4
        let legend = names.enumerated().map { index, name in
            "<span><i class=\"mark\" style=\"border-color:\(LineChart.colour(index))\"></i>\(escapeHTML(name))</span>"
        }.joined()
        var parts = [
            "<figure><figcaption>\(escapeHTML(title))</figcaption><div class=\"legend\">\(legend)</div>",
            "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(floor) + 46)\" role=\"img\" "
                + "aria-label=\"\(escapeHTML(title))\">",
        ]
        for tick in axis.ticks {
            let x = LineChart.short(across(tick.value))
            parts.append("<line class=\"grid\" x1=\"\(x)\" y1=\"\(Self.top)\" x2=\"\(x)\" y2=\"\(floor)\"/>")
            parts.append(
                "<text class=\"tick\" x=\"\(x)\" y=\"\(floor + 17)\" text-anchor=\"middle\">"
                    + "\(escapeHTML(tick.label))</text>")
        }
        for (number, row) in rows.enumerated() { parts.append(drawing(row, number)) }
        let middle = LineChart.short((Self.left + Self.width - Self.right) / 2)
        parts.append(
            "<text class=\"title\" x=\"\(middle)\" y=\"\(floor + 38)\" text-anchor=\"middle\">"
                + "\(escapeHTML(axis.title))</text></svg></figure>\n")
        return parts.joined(separator: "\n")
    }

    private func across(_ value: Double) -> Double {
        Self.left + axis.place(value) * (Self.width - Self.left - Self.right)
    }

    private func drawing(_ row: Row, _ number: Int) -> String {
        let y = Self.top + (Double(number) + 0.5) * Self.rowHeight
        let isLong = row.name.count > Self.nameLength
        let name = isLong ? row.name.prefix(Self.nameLength - 1) + "…" : row.name[...]
        var parts = [
            "<text class=\"tick\" x=\"\(Self.left - 8)\" y=\"\(y + 4)\" text-anchor=\"end\">"
                + "<title>\(escapeHTML(row.name))</title>\(escapeHTML(String(name)))</text>"
        ]
        for (index, dot) in row.dots.enumerated() {
            guard let dot else { continue }
            // Models lie a little apart, so that none hides another.
            let height = y + (Double(index) - Double(row.dots.count - 1) / 2) * 7
            let (from, to) = (across(dot.interval.lower), across(dot.interval.upper))
            let colour = LineChart.colour(index)
            let at = across(dot.value)
            parts.append(
                """
                <line stroke="\(colour)" stroke-width="1.5" x1="\(LineChart.short(from))" y1="\(height)" \
                x2="\(LineChart.short(to))" y2="\(height)"/>
                <circle cx="\(LineChart.short(at))" cy="\(height)" r="3.4" fill="\(colour)"/>
                """)
        }
        return parts.joined()
    }
}
