// What the page is without: buttons that sort the overview, and a field that finds a domain in it.
(function () {
	"use strict";
	var table = document.getElementById("domains");
	if (!table)
		return;
	var body = table.tBodies[0];
	var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);

	function key(row, column) {
		var cell = row.cells[column];
		var number = cell.getAttribute("data-n");
		return number === null ? cell.textContent : Number(number);
	}

	function sort(column) {
		var head = heads[column];
		var up = head.getAttribute("aria-sort") !== "ascending";
		var rows = Array.prototype.slice.call(body.rows);
		var keys = new Map(rows.map(function (row) { return [row, key(row, column)]; }));
		rows.sort(function (a, b) {
			var left = keys.get(a), right = keys.get(b);
			if (typeof left === "string")
				return up ? left.localeCompare(right) : right.localeCompare(left);
			return up ? left - right : right - left;
		});
		heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
		head.setAttribute("aria-sort", up ? "ascending" : "descending");
		body.append.apply(body, rows);
	}

	heads.forEach(function (head, column) {
		var button = document.createElement("button");
		button.type = "button";
		button.textContent = head.textContent;
		button.addEventListener("click", function () { sort(column); });
		head.replaceChildren(button);
	});

	if (body.rows.length < 8)
		return;
	var bar = document.createElement("div"), label = document.createElement("label");
	var field = document.createElement("input"), shown = document.createElement("output");
	bar.className = "filter";
	field.type = "search";
	field.id = "find";
	field.autocomplete = "off";
	field.spellcheck = false;
	label.htmlFor = shown.htmlFor = "find";
	label.textContent = "Find";
	field.addEventListener("input", function () {
		var wanted = field.value.trim().toLowerCase(), count = 0;
		Array.prototype.forEach.call(body.rows, function (row) {
			var hit = row.textContent.toLowerCase().includes(wanted);
			row.hidden = !hit;
			count += hit;
		});
		shown.textContent = wanted ? count + " of " + body.rows.length : "";
	});
	bar.append(label, field, shown);
	table.parentNode.before(bar);
})();
