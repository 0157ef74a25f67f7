"""QR codes for terminals and letters."""

import segno


def qr_code(text: str) -> str:
    """The code in half blocks, dark on light, with its quiet zone: two modules a line, one a column."""
    rows = [list(row) for row in segno.make(text, error="m").matrix_iter(border=4)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    blocks = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(blocks[bool(a), bool(b)] for a, b in zip(*pair, strict=True)) for pair in pairs)
