/// Horizontal bars with whiskers, as inline SVG.
struct BarChart: Sendable {
    /// One bar.
    struct Bar: Sendable {
        var name: String
        var value: Double
        var interval: Interval
        /// What stands behind the bar.
        var note: String
    }

    var title: String
    var axis: ChartAxis
    var colour: String
    var bars: [Bar]
    /// A line across all bars; nil for none.
    var reference: (value: Double, name: String)?

    private static let width = 1100.0
    private static let left = 190.0
    private static let right = 250.0
    private static let rowHeight = 26.0
    private static let top = 8.0

    /// A `<figure>` with title and drawing.
    var html: String {
        let floor = Self.top + Double(bars.count) * Self.rowHeight + 4
        var parts = [
            "<figure class=\"wide\"><figcaption>\(escapeHTML(title))</figcaption>",
            "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(floor) + 46)\" role=\"img\" "
                + "aria-label=\"\(escapeHTML(title))\">",
        ]
        for tick in axis.ticks {
            let x = LineChart.short(across(tick.value))
            parts.append("<line class=\"grid\" x1=\"\(x)\" y1=\"\(Self.top)\" x2=\"\(x)\" y2=\"\(floor)\"/>")
            parts.append(
                "<text class=\"tick\" x=\"\(x)\" y=\"\(floor + 17)\" text-anchor=\"middle\">"
                    + "\(escapeHTML(tick.label))</text>"
            )
        }
        for (row, bar) in bars.enumerated() { parts.append(drawing(bar, row)) }
        if let reference {
            let x = LineChart.short(across(reference.value))
            parts.append(
                "<line x1=\"\(x)\" y1=\"\(Self.top)\" x2=\"\(x)\" y2=\"\(floor)\" stroke=\"#d55e00\" "
                    + "stroke-width=\"1.5\" stroke-dasharray=\"5 4\">"
                    + "<title>\(escapeHTML(reference.name))</title></line>"
            )
        }
        let middle = (Self.left + Self.width - Self.right) / 2
        parts.append(
            "<text class=\"title\" x=\"\(middle)\" y=\"\(floor + 38)\" text-anchor=\"middle\">\(escapeHTML(axis.title))"
                + "</text>")
        parts.append("</svg></figure>\n")
        return parts.joined(separator: "\n")
    }

    private func across(_ value: Double) -> Double {
        Self.left + axis.place(value) * (Self.width - Self.left - Self.right)
    }

    private func drawing(_ bar: Bar, _ row: Int) -> String {
        let y = Self.top + (Double(row) + 0.5) * Self.rowHeight
        let short = LineChart.short
        let (from, to) = (short(across(bar.interval.lower)), short(across(bar.interval.upper)))
        let whiskers = [(from, from, y - 4, y + 4), (to, to, y - 4, y + 4), (from, to, y, y)].map {
            "<line stroke=\"#1b1f24\" stroke-width=\"1.3\" x1=\"\($0)\" y1=\"\($2)\" x2=\"\($1)\" y2=\"\($3)\"/>"
        }.joined()
        return """
            <text class="tick" x="\(Self.left - 8)" y="\(y + 4)" text-anchor="end">\(escapeHTML(bar.name))</text>
            <rect x="\(Self.left)" y="\(y - 8)" width="\(short(across(bar.value) - Self.left))" height="16" \
            fill="\(colour)" fill-opacity="0.8"/>
            \(whiskers)
            <text class="tick" x="\(Self.width - Self.right + 14)" y="\(y + 4)">\(escapeHTML(bar.note))</text>
            """
    }
}
