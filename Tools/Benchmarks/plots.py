"""Small charts as SVG, without a library."""
import html

WIDTH, HEIGHT, COLUMNS = 360, 240, 2
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 34, 40
# Colours that also the colour-blind tell apart (Okabe and Ito, 2008).
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")


class Series:
    """A name and points (label, value, lower, upper); the limits may be None."""

    def __init__(self, name, points):
        self.name, self.points = name, points


def text(x, y, content, anchor="middle", size=12, weight="normal"):
    """A line of text."""
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}">'
            f"{html.escape(content)}</text>")


def down(value):
    """Where a share from 0 to 1 lies in a panel."""
    return HEIGHT - BOTTOM - value * (HEIGHT - TOP - BOTTOM)


def across(index, count):
    """Where the n-th of some labels lies in a panel."""
    return LEFT + (index + 0.5) * (WIDTH - LEFT - RIGHT) / max(1, count)


def drawn(series, colour, labels):
    """A line with dots, whiskers where there are limits."""
    parts, places = [], []
    for label, value, lower, upper in series.points:
        x = across(labels.index(label), len(labels))
        places.append(f"{x:.1f},{down(value):.1f}")
        if lower is not None:
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{down(lower):.1f}" y2="{down(upper):.1f}" '
                         f'stroke="{colour}" stroke-width="1.5"/>')
        parts.append(f'<circle cx="{x:.1f}" cy="{down(value):.1f}" r="3.5" fill="{colour}"/>')
    return [f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" stroke-width="1.5"/>'] + parts


def panel(title, all_series):
    """One chart: labels from left to right, shares upwards."""
    labels = []
    for series in all_series:
        labels += [point[0] for point in series.points if point[0] not in labels]
    parts = [text(LEFT, 18, title, anchor="start", size=13, weight="bold")]
    for percent in range(0, 101, 20):
        y = down(percent / 100)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d5dae0"/>')
        parts.append(text(LEFT - 6, y + 4, f"{percent} %", anchor="end", size=11))
    for index, label in enumerate(labels):
        parts.append(text(across(index, len(labels)), HEIGHT - BOTTOM + 18, label, size=11))
    for series, colour in zip(all_series, PALETTE):
        parts += drawn(series, colour, labels)
    return parts


def line_panels(panels, title):
    """Charts beside and below each other as one SVG: (title, series) each, the names of the first one's series above."""
    rows = (len(panels) + COLUMNS - 1) // COLUMNS
    width, height, head = WIDTH * COLUMNS, HEIGHT * rows + 60, 60
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
             f'height="{height}" font-family="DejaVu Sans, sans-serif" fill="#1b1f24">',
             f'<rect width="{width}" height="{height}" fill="#fff"/>', text(16, 24, title, "start", 15, "bold")]
    x = 16
    for series, colour in zip(panels[0][1] if panels else (), PALETTE):
        parts.append(f'<circle cx="{x + 5}" cy="42" r="4" fill="{colour}"/>')
        parts.append(text(x + 14, 46, series.name, "start"))
        x += 40 + 7 * len(series.name)
    for index, (name, series) in enumerate(panels):
        parts.append(f'<g transform="translate({index % COLUMNS * WIDTH} {head + index // COLUMNS * HEIGHT})">')
        parts += panel(name, series) + ["</g>"]
    return "\n".join(parts + ["</svg>"]) + "\n"
