/// A chart of lines as inline SVG.
struct LineChart: Sendable {
    /// A line, an area or loose marks.
    struct Series: Sendable {
        /// How it is drawn.
        enum Style: Sendable {
            case line, dashed, area, marks
        }

        var name: String
        var colour: String
        var style: Style
        var points: [Curves.Point]
    }

    /// Colours that also the colour-blind tell apart (Okabe and Ito, 2008), the darkest first.
    static let palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]

    /// The colour of the n-th series.
    static func colour(_ index: Int) -> String { palette[index % palette.count] }

    var title: String
    var x: ChartAxis
    var y: ChartAxis
    var series: [Series]

    private static let width = 540.0
    private static let height = 330.0
    private static let left = 66.0
    private static let right = 22.0
    private static let top = 12.0
    private static let bottom = 48.0

    /// A `<figure>` with title, legend and drawing.
    var html: String {
        var legend = ""
        for one in series where !one.name.isEmpty {
            let mark =
                switch one.style {
                case .line: "<i style=\"background:\(one.colour)\"></i>"
                case .dashed: "<i class=\"dash\" style=\"border-color:\(one.colour)\"></i>"
                case .area: "<i class=\"area\" style=\"background:\(one.colour)\"></i>"
                case .marks: "<i class=\"mark\" style=\"border-color:\(one.colour)\"></i>"
                }
            legend += "<span>\(mark)\(escapeHTML(one.name))</span>"
        }
        return
            "<figure><figcaption>\(escapeHTML(title))</figcaption><div class=\"legend\">\(legend)</div>"
            + "\(svg)</figure>\n"
    }

    private var svg: String {
        var parts = [
            "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" "
                + "aria-label=\"\(escapeHTML(title))\">"
        ]
        parts.append(grid)
        for one in series { parts.append(drawing(one)) }
        parts.append("</svg>")
        return parts.joined(separator: "\n")
    }

    private func across(_ value: Double) -> Double {
        Self.left + x.place(value) * (Self.width - Self.left - Self.right)
    }

    private func down(_ value: Double) -> Double {
        Self.height - Self.bottom - y.place(value) * (Self.height - Self.top - Self.bottom)
    }

    private var grid: String {
        let (floor, ceiling) = (Self.height - Self.bottom, Self.top)
        let (start, end) = (Self.left, Self.width - Self.right)
        var parts: [String] = []
        for value in x.minorTicks { parts.append(line(across(value), floor, across(value), ceiling, "minor")) }
        for value in y.minorTicks { parts.append(line(start, down(value), end, down(value), "minor")) }
        for tick in x.ticks {
            parts.append(line(across(tick.value), floor, across(tick.value), ceiling, "grid"))
            parts.append(text(tick.label, across(tick.value), floor + 17, "middle"))
        }
        for tick in y.ticks {
            parts.append(line(start, down(tick.value), end, down(tick.value), "grid"))
            parts.append(text(tick.label, start - 7, down(tick.value) + 4, "end"))
        }
        parts.append(line(start, floor, end, floor, "axis"))
        parts.append(line(start, floor, start, ceiling, "axis"))
        parts.append(text(x.title, (start + end) / 2, Self.height - 8, "middle", "title"))
        let middle = (floor + ceiling) / 2
        parts.append(
            "<text class=\"title\" text-anchor=\"middle\" "
                + "transform=\"translate(13 \(Self.short(middle))) rotate(-90)\">"
                + "\(escapeHTML(y.title))</text>")
        return parts.joined(separator: "\n")
    }

    private func drawing(_ one: Series) -> String {
        let places = one.points.map { "\(Self.short(across($0.x))),\(Self.short(down($0.y)))" }
        switch one.style {
        case .line, .dashed:
            let dash = one.style == .dashed ? " stroke-dasharray=\"5 4\" stroke-width=\"1.3\"" : " stroke-width=\"2\""
            return "<polyline fill=\"none\" stroke=\"\(one.colour)\"\(dash) stroke-linejoin=\"round\" "
                + "points=\"\(places.joined(separator: " "))\"/>"
        case .area:
            guard let first = one.points.first, let last = one.points.last else { return "" }
            let floor = Self.short(Self.height - Self.bottom)
            let outline =
                ["\(Self.short(across(first.x))),\(floor)"] + places + ["\(Self.short(across(last.x))),\(floor)"]
            return
                "<polygon fill=\"\(one.colour)\" fill-opacity=\"0.75\" points=\"\(outline.joined(separator: " "))\"/>"
        case .marks:
            return one.points.map {
                "<circle cx=\"\(Self.short(across($0.x)))\" cy=\"\(Self.short(down($0.y)))\" r=\"4.5\" fill=\"#fff\" "
                    + "stroke=\"\(one.colour)\" stroke-width=\"2\"/>"
            }.joined(separator: "\n")
        }
    }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ kind: String) -> String {
        "<line class=\"\(kind)\" x1=\"\(Self.short(x1))\" y1=\"\(Self.short(y1))\" x2=\"\(Self.short(x2))\" "
            + "y2=\"\(Self.short(y2))\"/>"
    }

    private func text(_ text: String, _ x: Double, _ y: Double, _ anchor: String, _ kind: String = "tick") -> String {
        "<text class=\"\(kind)\" x=\"\(Self.short(x))\" y=\"\(Self.short(y))\" text-anchor=\"\(anchor)\">"
            + "\(escapeHTML(text))</text>"
    }

    /// A coordinate with one digit behind the point.
    static func short(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}

/// Text as HTML shows it, in quotes too.
func escapeHTML(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
