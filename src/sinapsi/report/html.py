"""One HTML page that carries everything with it: style, tables and pictures.

All texts are escaped, pictures are PNG in base64, and the colors follow the reader's light or dark setting.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --faint: #5f6b7a; --line: #d8dee4; --paper: #ffffff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --faint: #9aa5b1; --line: #3a424c; --paper: #14181d; }
}
body { color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto;
       max-width: 70rem; padding: 0 1rem; }
h1, h2 { line-height: 1.2; }
p { max-width: 45rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 600; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; }
img { width: 100%; background: #ffffff; border: 1px solid var(--line); border-radius: .4rem; }
figcaption { color: var(--faint); font-size: .9rem; }
"""


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Parameters
    ----------
    header : tuple of str
        Names of the columns.
    rows : tuple of tuples of str
        Cells, as many in each row as there are columns.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_html(self) -> str:
        """Write the table.

        Returns
        -------
        str
            HTML.
        """
        head = _row("th", self.header)
        body = "\n".join(_row("td", cells) for cells in self.rows)
        return f'<div class="wide"><table>\n<thead>{head}</thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'


@dataclass(frozen=True)
class Picture:
    """A picture with its caption.

    Parameters
    ----------
    png : bytes
        The picture.
    caption : str
        What it shows, also for those who cannot see it.
    """

    png: bytes
    caption: str

    def to_html(self) -> str:
        """Write the picture.

        Returns
        -------
        str
            HTML with the picture inside.
        """
        data = base64.b64encode(self.png).decode("ascii")
        caption = escape(self.caption)
        return (
            f'<figure><img src="data:image/png;base64,{data}" alt="{caption}">'
            f"<figcaption>{caption}</figcaption></figure>"
        )


@dataclass(frozen=True)
class Section:
    """A heading and what follows it, in this order.

    Parameters
    ----------
    heading : str
        The heading.
    paragraphs : tuple of str, default=()
        Plain texts.
    table : Table, optional
        A table.
    pictures : tuple of Picture, default=()
        Pictures side by side.
    """

    heading: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None
    pictures: tuple[Picture, ...] = ()

    def to_html(self) -> str:
        """Write the section.

        Returns
        -------
        str
            HTML.
        """
        parts = [f"<h2>{escape(self.heading)}</h2>", *(f"<p>{escape(text)}</p>" for text in self.paragraphs)]
        if self.table:
            parts.append(self.table.to_html())
        if self.pictures:
            pictures = "\n".join(picture.to_html() for picture in self.pictures)
            parts.append(f'<div class="pictures">\n{pictures}\n</div>')
        return "<section>\n" + "\n".join(parts) + "\n</section>"


def page(title: str, introduction: str, sections: Iterable[Section]) -> str:
    """Write a whole page.

    Parameters
    ----------
    title : str
        Title and first heading.
    introduction : str
        A paragraph below it.
    sections : iterable of Section
        The rest.

    Returns
    -------
    str
        A complete HTML document.

    Examples
    --------
    >>> text = page("Flowers", "Three species.", [Section("Scores", ("All < 1.",))])
    >>> "<title>Flowers</title>" in text, "All &lt; 1." in text
    (True, True)
    """
    body = "\n".join(section.to_html() for section in sections)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p>{escape(introduction)}</p>
{body}
</body>
</html>
"""


def _row(tag: str, cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
