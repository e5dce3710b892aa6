"""Workbooks in formats that no writer of ours knows: .xls as Excel 97 wrote them, .ods, and .xlsm with a macro."""

import io
import struct
import zipfile
from datetime import date
from xml.sax.saxutils import quoteattr

import xlsxwriter

SECTOR, LEAST = 512, 4096  # bytes: of a sector, and of a stream that does not share sectors
FREE, LAST, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD  # in the table of sectors
ZERO = date(1899, 12, 30)
FORMS = PLAIN, DAY, SHARE, BRIEF = 0, 14, 9, 11  # of numbers


class Share(float):
    """A number that is shown as a percentage."""


class Brief(float):
    """A number that is shown as 1.10E+05."""


class Struck(str):
    """A text that is struck through."""

    __slots__ = ()


def macro_book(path, sheets, hidden=()):
    """A workbook with a macro."""
    book = xlsxwriter.Workbook(path)
    book.add_vba_project(io.BytesIO(b"a macro"), is_stream=True)
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
        if name in hidden:
            sheet.hide()
    book.close()
    return path


# --- .ods


def ods_book(path, sheets, hidden=(), folded=(), veiled=()):
    """An OpenDocument workbook: LibreOffice repeats a cell by a number, so a blank after each row stands twice.
    `folded` and `veiled` are hidden rows, counted from 1, and columns, from 0."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{one}="{space}:{one}:1.0"' for one in ("office", "table", "text", "style"))
    end = "<table:table-cell table:number-columns-repeated='2'/></table:table-row>"
    tables = ""
    for name, lines in sheets.items():
        style = "off" if name in hidden else "on"
        wide = range(max(map(len, lines), default=0))
        rows = "".join(f"<table:table-column{_off(one in veiled, 'collapse')}/>" for one in wide)
        rows += "".join(f"<table:table-row{_off(number in folded, 'filter')}>{''.join(map(_ods, line))}{end}"
                        for number, line in enumerate(lines, 1))  # fmt: skip
        tables += f"<table:table table:name={quoteattr(name)} table:style-name='{style}'>{rows}</table:table>"
    shown, off = ('<style:style style:name="on" style:family="table"/>',
                  '<style:style style:name="off" style:family="table"><style:table-properties table:display="false"/>'
                  '</style:style><style:style style:name="struck" style:family="table-cell"><style:text-properties '
                  'style:text-line-through-style="solid"/></style:style>')  # fmt: skip
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", kind)
        file.writestr("META-INF/manifest.xml", "<manifest/>")
        file.writestr("content.xml", f"<?xml version='1.0' encoding='UTF-8'?><office:document-content {names}>"
                      f"<office:automatic-styles>{shown}{off}</office:automatic-styles>"
                      f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
                      "</office:document-content>")  # fmt: skip
    return path


def _off(hidden, how):
    return f" table:visibility='{how}'" if hidden else ""


def _ods(cell):
    if isinstance(cell, Share):
        return f'<table:table-cell office:value-type="percentage" office:value="{cell}"><text:p/></table:table-cell>'
    if isinstance(cell, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{cell}"><text:p/></table:table-cell>'
    if isinstance(cell, int | float):
        seen = f"{cell:.2E}" if isinstance(cell, Brief) else ""
        return (f'<table:table-cell office:value-type="float" office:value="{float(cell)}"><text:p>{seen}</text:p>'
                "</table:table-cell>")  # fmt: skip

    style = ' table:style-name="struck"' if isinstance(cell, Struck) else ""
    return f'<table:table-cell{style} office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'


# --- .xls


def xls_book(path, sheets, hidden=(), folded=(), veiled=()):
    """A workbook of Excel 97: records of BIFF8 in the stream `Workbook` of a compound file."""
    formats = [_record(0x00E0, struct.pack("<HHHHIIHI", 0, one, 0, 0, 0, 0, 0, 0)[:20]) for one in FORMS]
    formats.append(_record(0x00E0, struct.pack("<HHHHIIHI", 1, 0, 0, 0, 0, 0, 0, 0)[:20]))  # of the second font
    fonts = [_record(0x0031, struct.pack("<HHHHHBBBBBB", 200, look, 0, 400, 0, 0, 0, 0, 0, 1, 0) + b"A")
             for look in (0, 8)]  # fmt: skip
    start = [_begin(0x0005), _record(0x0042, struct.pack("<H", 1200)), *fonts, *formats]
    parts = [_sheet(lines, folded, veiled) for lines in sheets.values()]
    heads = [_bound(0, name, name in hidden) for name in sheets]
    at, bounds = len(b"".join([*start, *heads, _record(0x000A)])), []
    for name, part in zip(sheets, parts, strict=True):
        bounds.append(_bound(at, name, name in hidden))
        at += len(part)
    path.write_bytes(_compound(b"".join([*start, *bounds, _record(0x000A), *parts])))
    return path


def _record(kind, content=b""):
    return struct.pack("<HH", kind, len(content)) + content


def _begin(kind):
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _bound(at, name, hidden):
    return _record(0x0085, struct.pack("<IBBBB", at, int(hidden), 0, len(name), 1) + name.encode("utf-16-le"))


def _sheet(lines, folded, veiled):
    wide = max(map(len, lines), default=0)
    out = [_begin(0x0010), _record(0x0200, struct.pack("<IIHHH", 0, len(lines), 0, wide, 0))]
    out += [_record(0x007D, struct.pack("<HHHHHH", one, one, 2560, 0, 1, 0)) for one in veiled]
    out += [_record(0x0208, struct.pack("<HHHHHHI", one - 1, 0, wide, 0, 0, 0, 0x120)) for one in folded]
    for row, line in enumerate(lines):
        for column, cell in enumerate(line):
            form = len(FORMS) if isinstance(cell, Struck) else FORMS.index(_form(cell))
            place = struct.pack("<HHH", row, column, form)
            number = (cell - ZERO).days if isinstance(cell, date) else cell
            if isinstance(number, int | float):
                out.append(_record(0x0203, place + struct.pack("<d", number)))
            else:
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                out.append(_record(0x0204, place + text))
    return b"".join([*out, _record(0x000A)])


def _form(cell):
    if isinstance(cell, Share | Brief):
        return SHARE if isinstance(cell, Share) else BRIEF
    return DAY if isinstance(cell, date) else PLAIN


def _compound(stream):
    """A compound file with one stream: the header, the stream, the folder, and the table of sectors."""
    stream = stream.ljust(-(-max(len(stream), LEAST) // SECTOR) * SECTOR, b"\0")
    count = len(stream) // SECTOR
    assert count + 2 <= SECTOR // 4, "the table of sectors fills one sector"
    table = [*range(1, count), LAST, LAST, TABLE]
    head = struct.pack("<8s16xHHHHH6xIIIIIIIII", bytes.fromhex("D0CF11E0A1B11AE1"), 0x3E, 3, 0xFFFE, 9, 6,
                       0, 1, count, 0, LEAST, LAST, 0, LAST, 0)  # fmt: skip
    head += struct.pack("<109I", count + 1, *[FREE] * 108)
    folder = b"".join([_entry("Root Entry", 5, 1, LAST, 0), _entry("Workbook", 2, FREE, 0, len(stream)),
                       *[bytes(128)] * 2])  # fmt: skip
    return head + stream + folder + struct.pack("<128I", *table, *[FREE] * (128 - len(table)))


def _entry(name, kind, child, first, size):
    letters = (name + "\0").encode("utf-16-le")
    return struct.pack("<64sHBBIII16xI16xIQ", letters, len(letters), kind, 1, FREE, FREE, child, 0, first, size)
