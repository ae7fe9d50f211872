"""A small terminal: what a user sees of the bytes that a client writes, and what has gone into the scrollback.

It knows what the peers' clients write for TERM=xterm-256color and nothing more. Rows hold a cell a column; the second
cell of a wide character is ''. A row that goes on in the next is marked, so that lines can be read whole.
"""
import re
import unicodedata

TOKEN = re.compile(r"[\x20-\x7e]+|[\x00-\x1a\x1c-\x1f\x7f]|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_](?s:.*?)(?:\x07|\x1b\\)"
                   r"|\x1b[ -/]+[0-~]|\x1b[0-OQ-WYZ\\`-~]|[^\x00-\x7f]")
PARTIAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_](?s:.*)|[ -/]*)$")


def width(char):
    if unicodedata.combining(char) or char in "\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Row:
    __slots__ = ("cells", "wrapped")

    def __init__(self, columns):
        self.cells, self.wrapped = [" "] * columns, False


class Screen:
    def __init__(self, rows=24, columns=80):
        self.rows, self.columns = rows, columns
        self.scrollback, self.rest, self.decoder = [], "", __import__("codecs").getincrementaldecoder("utf-8")("replace")
        self.main = self.page = [Row(columns) for _ in range(rows)]
        self.reset()

    def reset(self):
        self.x = self.y = 0
        self.top, self.bottom = 0, self.rows - 1
        self.pending = False
        self.saved = {}

    def alternate(self):
        return self.page is not self.main

    def feed(self, data):
        text = self.rest + self.decoder.decode(data)
        at = 0
        for token in TOKEN.finditer(text):
            if token.start() > at and PARTIAL.match(text, at):
                break
            at = token.end()
            self.take(token.group())
        self.rest = text[at:]
        if not PARTIAL.match(self.rest) or len(self.rest) > 1 << 20:
            self.rest = ""

    def take(self, token):
        first = token[0]
        if first == "\x1b":
            if token[1] == "[":
                self.control(token[2:-1], token[-1])
            elif len(token) == 2:
                self.escape(token[1])
        elif first < " " or first == "\x7f":
            if first in "\n\v\f":
                self.pending = False
                self.line_feed()
            elif first == "\r":
                self.x, self.pending = 0, False
            elif first == "\b":
                self.x, self.pending = max(0, self.x - 1), False
            elif first == "\t":
                self.x = min(self.columns - 1, (self.x // 8 + 1) * 8)
        elif first < "\x7f":
            while token:
                self.wrap(1)
                part, token = token[:self.columns - self.x], token[self.columns - self.x:]
                self.page[self.y].cells[self.x:self.x + len(part)] = part
                self.advance(len(part))
        else:
            cells = width(token)
            if cells == 0:
                return
            self.wrap(cells)
            self.page[self.y].cells[self.x:self.x + cells] = [token, ""][:cells]
            self.advance(cells)

    def wrap(self, cells):
        if self.pending or self.x + cells > self.columns:
            self.page[self.y].wrapped = True
            self.x, self.pending = 0, False
            self.line_feed()

    def advance(self, cells):
        self.x += cells
        if self.x >= self.columns:
            self.x, self.pending = self.columns - 1, True

    def line_feed(self):
        if self.y == self.bottom:
            self.scroll(self.top, 1)
        elif self.y < self.rows - 1:
            self.y += 1

    def scroll(self, top, count):
        for _ in range(min(count, self.rows)):
            row = self.page.pop(top)
            if top == 0 and not self.alternate():
                self.scrollback.append(row)
            self.page.insert(self.bottom, Row(self.columns))

    def scroll_down(self, top, count):
        for _ in range(min(count, self.rows)):
            self.page.pop(self.bottom)
            self.page.insert(top, Row(self.columns))

    def escape(self, char):
        if char == "7":
            self.saved[self.alternate()] = (self.x, self.y)
        elif char == "8":
            self.x, self.y = self.saved.get(self.alternate(), (0, 0))
            self.pending = False
        elif char == "D":
            self.line_feed()
        elif char == "E":
            self.x = 0
            self.line_feed()
        elif char == "M":
            if self.y == self.top:
                self.scroll_down(self.top, 1)
            else:
                self.y = max(0, self.y - 1)
        elif char == "c":
            self.page = self.main
            self.erase(0, self.rows)
            self.reset()

    def erase(self, begin, end):
        for y in range(begin, end):
            self.page[y] = Row(self.columns)

    def control(self, parameters, final):
        private = parameters[:1] in ("?", ">", "<", "=")
        numbers = [int(n) if n.isdigit() else 0 for n in parameters.lstrip("?><=").split(";")]
        n = max(1, numbers[0])
        if final in "hl":
            if private and parameters[0] == "?" and numbers[0] in (47, 1047, 1049):
                self.switch(final == "h")
            return
        if private or parameters.endswith((" ", "!", '"', "$", "'")):
            return
        row = self.page[self.y]
        if final not in "m":
            self.pending = False
        if final == "A":
            self.y = max(self.top if self.y >= self.top else 0, self.y - n)
        elif final in "Be":
            self.y = min(self.bottom if self.y <= self.bottom else self.rows - 1, self.y + n)
        elif final in "Ca":
            self.x = min(self.columns - 1, self.x + n)
        elif final == "D":
            self.x = max(0, self.x - n)
        elif final in "G`":
            self.x = min(self.columns, n) - 1
        elif final == "d":
            self.y = min(self.rows, n) - 1
        elif final in "Hf":
            self.y = min(self.rows, n) - 1
            self.x = min(self.columns, max(1, numbers[1] if len(numbers) > 1 else 1)) - 1
        elif final == "J":
            if numbers[0] == 3:
                self.scrollback.clear()
            elif numbers[0] == 2:
                self.erase(0, self.rows)
            elif numbers[0] == 0:
                row.cells[self.x:], row.wrapped = [" "] * (self.columns - self.x), False
                self.erase(self.y + 1, self.rows)
            else:
                self.erase(0, self.y)
                row.cells[:self.x + 1] = [" "] * (self.x + 1)
        elif final == "K":
            begin, end = {0: (self.x, self.columns), 1: (0, self.x + 1)}.get(numbers[0], (0, self.columns))
            row.cells[begin:end] = [" "] * (end - begin)
            if end == self.columns:
                row.wrapped = False
        elif final == "X":
            n = min(n, self.columns - self.x)
            row.cells[self.x:self.x + n] = [" "] * n
        elif final == "P":
            n = min(n, self.columns - self.x)
            row.cells[self.x:] = row.cells[self.x + n:] + [" "] * n
        elif final == "@":
            n = min(n, self.columns - self.x)
            row.cells[self.x:] = [" "] * n + row.cells[self.x:self.columns - n]
        elif final == "L" and self.top <= self.y <= self.bottom:
            self.scroll_down(self.y, n)
        elif final == "M" and self.top <= self.y <= self.bottom:
            for _ in range(min(n, self.rows)):
                self.page.pop(self.y)
                self.page.insert(self.bottom, Row(self.columns))
        elif final == "S":
            self.scroll(self.top, n)
        elif final == "T":
            self.scroll_down(self.top, n)
        elif final == "r":
            bottom = numbers[1] if len(numbers) > 1 and numbers[1] else self.rows
            if n < bottom <= self.rows:
                self.top, self.bottom = n - 1, bottom - 1
                self.x = self.y = 0

    def switch(self, on):
        if on and not self.alternate():
            self.saved["page"] = (self.x, self.y)
            self.page = [Row(self.columns) for _ in range(self.rows)]
        elif not on and self.alternate():
            self.page = self.main
            self.x, self.y = self.saved.get("page", (0, 0))
        self.pending = False

    def text(self):
        """The screen's rows."""
        return ["".join(row.cells).rstrip() for row in list(self.page)]

    def lines(self):
        """Scrollback and main screen, rows that go on in the next joined."""
        out, open_line = [], ""
        for row in list(self.scrollback) + list(self.main):
            open_line += "".join(row.cells)
            if not row.wrapped:
                out.append(open_line.rstrip())
                open_line = ""
        return out + ([open_line.rstrip()] if open_line else [])
