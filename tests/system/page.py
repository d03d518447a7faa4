"""A page as xmpp-report --html writes it: parsed strictly, looked at by its rules, opened in Chromium.

    page = page.parse(text)
    page.one("table", id="domains").rows          # cells as text
    page.faults()                                 # what breaks a rule of accessibility or of the page
    page.contrast("dark", "soft", "card")         # by the variables of its style sheet
    chromium.look(text, 375, "dark", folder)      # what a real browser says
"""

import base64
import hashlib
import html
import html.parser
import json
import re
import shutil
import subprocess

VOID = {"meta", "br", "wbr", "link", "input", "img", "hr"}
SHAPES = {"path", "rect", "circle", "line", "use"}  # of SVG: written <path …/>
OURS = re.compile(r"#[A-Za-z][A-Za-z0-9-]*$")


class Node:
    def __init__(self, tag, attrs=(), parent=None):
        self.tag, self.attrs, self.parent = tag, dict(attrs), parent
        self.children, self.words = [], []

    @property
    def text(self):
        return re.sub(r"\s+", " ", "".join(each if isinstance(each, str) else each.text for each in self.words)).strip()

    def all(self, tag=None, **attrs):
        """Descendants; attributes as keywords, class_ for class."""
        for child in self.children:
            has = (value in child.attrs.get(name.rstrip("_"), "").split() for name, value in attrs.items())
            if (tag is None or child.tag == tag) and all(has):
                yield child
            yield from child.all(tag, **attrs)

    def one(self, tag=None, **attrs):
        found = list(self.all(tag, **attrs))
        assert len(found) == 1, f"{len(found)} of {tag} {attrs}"
        return found[0]

    @property
    def rows(self):
        return [[cell.text for cell in row.children] for row in self.one("tbody").all("tr")]

    def section(self, name):
        """The part of a domain whose heading begins so."""
        [heading] = [each for each in self.all("h4") if each.text.startswith(name)]
        return heading.parent

    def facts(self):
        """Terms and what they say, of all lists below."""
        return {term.text: fact.text for each in self.all("dl")
                for term, fact in zip(each.all("dt"), each.all("dd"))}


class Parser(html.parser.HTMLParser):
    """Takes nothing that a browser would have to mend."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = self.at = Node("#page")

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"<{tag}> has an attribute twice: {names}"
        node = Node(tag, attrs, self.at)
        self.at.children.append(node)
        self.at.words.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag, attrs):
        assert tag in SHAPES, f"<{tag}/> is no empty element of HTML"
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.at.tag == tag, f"</{tag}> ends <{self.at.tag}> at {self.getpos()}"
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.words.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data[:80]}")


class Page(Node):
    def __init__(self, text):
        parser = Parser()
        parser.feed(text)
        parser.close()
        assert parser.at is parser.root, f"<{parser.at.tag}> does not end"
        super().__init__("#page")
        self.source, self.children, self.words = text, parser.root.children, parser.root.words

    def domain(self, name):
        [found] = [each for each in self.all("article") if each.one("h3").text == name]
        return found

    def faults(self):
        return [*self._outline(), *self._references(), *self._tables(), *self._pictures(), *self._self_contained()]

    def _outline(self):
        root = self.one("html")
        if root.attrs.get("lang") != "en":
            yield "no language"
        for tag in ("header", "main", "footer", "nav"):
            if not any(True for _ in self.all(tag)):
                yield f"no <{tag}>"
        level = 0
        for heading in self.all():
            if re.fullmatch("h[1-6]", heading.tag):
                if int(heading.tag[1]) > level + 1:
                    yield f"{heading.text!r} is a {heading.tag} below an h{level}"
                level = int(heading.tag[1])
                if not heading.text:
                    yield "an empty heading"
        if len(list(self.all("h1"))) != 1:
            yield "not one h1"
        for region in self.all(role="region"):
            if not region.attrs.get("aria-label") or region.attrs.get("tabindex") != "0":
                yield "a box that scrolls and that no key reaches, or without a name"

    def _references(self):
        ids = [node.attrs["id"] for node in self.all() if "id" in node.attrs]
        yield from (f"id {each!r} twice" for each in set(ids) if ids.count(each) > 1)
        for node in self.all():
            wanted = node.attrs.get("aria-labelledby", "").split() + [node.attrs.get("href", "")[1:]]
            yield from (f"<{node.tag}> leads to {each!r}: nowhere" for each in wanted if each and each not in ids)

    def _tables(self):
        for table in self.all("table"):
            if not table.one("caption").text:
                yield "a table without caption"
            for head in table.all("th"):
                if head.attrs.get("scope") not in ("col", "row"):
                    yield f"th {head.text!r} heads nothing"
            wide = {len(row.children) for row in table.all("tr")}
            if len(wide) != 1:
                yield f"rows of {sorted(wide)} cells"

    def _pictures(self):
        for picture in self.all("svg"):
            if picture.attrs.get("aria-hidden") == "true":
                continue
            first = [child.tag for child in picture.children[:2]]
            if picture.attrs.get("role") != "img" or first != ["title", "desc"] or not picture.children[1].text:
                yield f"a picture without words: {picture.attrs}"

    def _self_contained(self):
        """Nothing is loaded, nothing runs but what the policy names by its digest."""
        for node in self.all():
            for name, value in node.attrs.items():
                if name.startswith("on") or name in ("style", "src", "srcset", "action", "xlink:href", "target"):
                    yield f"<{node.tag} {name}={value!r}>"
                if name == "href" and not OURS.match(value):
                    yield f"a link to {value!r}"
            if node.tag in ("link", "img", "iframe", "object", "embed", "base", "form", "image", "foreignobject"):
                yield f"<{node.tag}>"
        metas = {each.attrs.get("http-equiv"): each.attrs.get("content") for each in self.all("meta")}
        policy = metas["Content-Security-Policy"]
        wanted = (f"default-src 'none'; style-src '{digest_of(self.style)}'; script-src '{digest_of(self.script)}'; "
                  "base-uri 'none'; form-action 'none'")
        if policy != wanted:
            yield f"the policy is {policy}, not {wanted}"
        if "url(" in self.style or "@import" in self.style:
            yield "the style loads something"

    @property
    def style(self):
        return "".join(self.one("style").words)

    @property
    def script(self):
        return "".join(self.one("script").words)

    def colours(self, scheme):
        """The variables of the style sheet: those of dark stand on top of those of light."""
        blocks = re.findall(r":root\{([^}]*)\}", self.style)
        assert len(blocks) == 3, "one for light, one for dark, one for paper"
        chosen = {"light": blocks[:1], "dark": blocks[:2], "paper": [blocks[0], blocks[2]]}[scheme]
        return {name: value for block in chosen for name, value in re.findall(r"--([a-z-]+):(#[0-9a-f]{6})", block)}

    def contrast(self, scheme, ink, ground):
        colours = self.colours(scheme)
        return contrast(colours[ink], colours[ground])


def parse(text):
    return Page(text)


def digest_of(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def luminance(colour):
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def chromium():
    return shutil.which("chromium")


# What the browser is asked, as a second script of the page, which its policy must be told of.
PROBE = r"""
(function () {
	var faults = [], width = document.documentElement.clientWidth;
	function name(node) {
		return node.tagName + "." + (node.getAttribute("class") || "") + " " + (node.textContent || "").trim().slice(0, 40);
	}
	function ground(node) {
		for (; node; node = node.parentElement) {
			var colour = getComputedStyle(node).backgroundColor;
			if (colour !== "rgba(0, 0, 0, 0)")
				return colour;
		}
		return "none";
	}
	function light(colour) {
		return colour.match(/[\d.]+/g).slice(0, 3).map(function (part) {
			part /= 255;
			return part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
		}).reduce(function (sum, part, i) { return sum + part * [0.2126, 0.7152, 0.0722][i]; }, 0);
	}
	var texts = 0;
	document.body.querySelectorAll("*").forEach(function (node) {
		var style = getComputedStyle(node), picture = node.namespaceURI.endsWith("svg");
		var own = Array.prototype.some.call(node.childNodes, function (child) {
			return child.nodeType === 3 && child.data.trim();
		});
		if (own && !["SCRIPT", "STYLE", "title", "desc"].includes(node.tagName) && node.getClientRects().length) {
			var one = light(picture ? style.fill : style.color), other = light(ground(node));
			var contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
			texts++;
			if (contrast < 4.5)
				faults.push("contrast " + contrast.toFixed(2) + ": " + name(node));
		}
		var scrolls = style.overflowX === "auto" && node.scrollWidth > node.clientWidth;
		if (scrolls && node.tabIndex !== 0)
			faults.push("scrolls without a key: " + name(node));
		if (style.display === "inline" || picture || node.tabIndex < 0 || node.tagName === "DIV")
			return;
		var box = node.getBoundingClientRect();
		if (box.width && Math.min(box.width, box.height) < 16)
			faults.push("too small to hit: " + name(node));
	});
	document.querySelectorAll(".time text.say").forEach(function (words) {
		var beside = words.previousElementSibling;
		while (beside && !beside.getClientRects().length)
			beside = beside.previousElementSibling;
		if (beside && beside.tagName === "text" && beside.getBoundingClientRect().right > words.getBoundingClientRect().left)
			faults.push("runs into " + words.textContent + ": " + beside.textContent);
	});
	var column = Array.prototype.findIndex.call(document.querySelectorAll("#domains thead th"), function (head) {
		return head.textContent.startsWith("Days");
	});
	var names = function () {
		return Array.prototype.map.call(document.querySelectorAll("#domains tbody th"), function (cell) {
			return cell.textContent;
		});
	};
	var before = names(), heads = document.querySelectorAll("#domains thead th");
	var buttons = document.querySelectorAll("#domains thead button");
	if (buttons.length)
		buttons[column].click();
	var up = names(), sorted = heads[column].getAttribute("aria-sort");
	if (buttons.length)
		buttons[column].click();
	parent.document.body.setAttribute("data-seen", JSON.stringify({
		faults: faults, texts: texts, width: width, scroll: document.documentElement.scrollWidth,
		buttons: buttons.length, before: before, up: up, sorted: sorted, down: names(),
		paper: getComputedStyle(document.body).backgroundColor,
		table: document.querySelector(".box").scrollWidth > document.querySelector(".box").clientWidth
	}));
})();
"""


def look(text, width, scheme, folder):
    """What the probe saw at this width, and the picture.  In a frame, because no window gets as narrow as a phone."""
    outer, picture = folder / f"{width}-{scheme}.html", folder / f"{width}-{scheme}.png"
    probed = text.replace("script-src '", f"script-src '{digest_of(PROBE)}' '", 1)
    probed = html.escape(probed.replace("</body>", f"<script>{PROBE}</script></body>"))
    outer.write_text(f'<!DOCTYPE html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><body>'
                     f'<iframe width="{width}" height="4000" frameborder="0" srcdoc="{probed}"></iframe>',
                     encoding="utf-8")
    dark = "0" if scheme == "dark" else "1"
    argv = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
            f"--user-data-dir={folder / 'profile'}", f"--blink-settings=preferredColorScheme={dark}",
            f"--window-size={width + 16},4016", f"--screenshot={picture}", "--dump-dom", outer.as_uri()]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=True)
    seen = parse_seen(done.stdout)
    assert picture.read_bytes().startswith(b"\x89PNG"), done.stderr
    return seen


def parse_seen(dom):
    class Body(html.parser.HTMLParser):
        seen = None

        def handle_starttag(self, tag, attrs):
            if tag == "body":
                self.seen = dict(attrs).get("data-seen")

    body = Body()
    body.feed(dom)
    assert body.seen, f"the probe did not run:\n{dom[:2000]}"
    return json.loads(body.seen)
