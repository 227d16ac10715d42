// The form: the vocabulary as controls, and the patient as facts made of its words only.

"use strict";

const byId = (id) => document.getElementById(id);
const controls = []; // each brings itself in line with the patient
let patient = new Set();
let shownLines = 0;
let changed = () => {}; // what answers

// Makes an element: el.p({ className: "note" }, "text", child); the properties may be left out.
const el = new Proxy(
  {},
  {
    get:
      (_, tag) =>
      (...content) => {
        const element = document.createElement(tag);
        const plain = content[0]?.constructor === Object ? content.shift() : {};
        for (const [key, value] of Object.entries(plain)) {
          const attribute = typeof value === "string" && !["value", "className"].includes(key);
          if (attribute) element.setAttribute(key, value);
          else element[key] = value;
        }
        element.append(...content.flat(9).filter((child) => child !== null && child !== ""));
        return element;
      },
  },
);

// ---- the patient ------------------------------------------------------------------------

const fact = (predicate, ...args) => `${predicate}(${args.join(",")})`;
const capital = (text) => text[0].toUpperCase() + text.slice(1);

// Take the values of one predicate, of one line where it speaks of lines, from the form.
function take(predicate, line, values) {
  const start = fact(predicate, ...line, "").slice(0, -1);
  patient = new Set([...patient].filter((known) => !known.startsWith(start)));
  for (const value of values) patient.add(fact(predicate, ...line, value));
  update();
}

function set(facts, lines = 0) {
  for (const fault of document.querySelectorAll(".field .fault")) fault.textContent = "";
  patient = new Set(facts);
  shownLines = lines;
  update();
}

function update() {
  const treated = [...patient]
    .map(parts)
    .filter((args) => args.length > 1)
    .map(([line]) => Number(line));
  shownLines = Math.max(shownLines, 0, ...treated);
  for (let line = byId("lines").children.length + 1; line <= shownLines; line++)
    byId("lines").append(lineOf(line));
  [...byId("lines").children].forEach((element, at) => {
    element.hidden = at >= shownLines;
  });
  byId("more").disabled = shownLines >= data.lines;
  byId("fewer").disabled = !shownLines;
  for (const control of controls) control();
  const said = ordered(patient)
    .map((known) => `${known}.`)
    .join("");
  history.replaceState(null, "", `#${said}`);
  byId("faults").replaceChildren();
  changed();
}

// ---- controls ---------------------------------------------------------------------------

function single(predicate, line, label) {
  const domain = data.signatures[predicate].at(-1),
    numeric = domain.length > 9 && !domain.some(isName);
  const id = ["of", predicate, ...line].join("-"),
    title = data.meanings[predicate] ?? "";
  const options = () => [
    el.option({ value: "" }, data.words.unknown),
    ...domain.map((value, at) => el.option({ value: `${at}` }, spoken(String(value)))),
  ];
  const input = numeric
    ? el.input({
        id,
        title,
        type: "number",
        min: `${domain[0]}`,
        max: `${domain.at(-1)}`,
        placeholder: data.words.unknown,
      })
    : el.select({ id, title }, options());
  const fault = el.span({ className: "fault", role: "alert" });
  input.onchange = () => {
    const at = numeric ? domain.indexOf(Number(input.value)) : Number(input.value);
    const chosen = input.value !== "" && at in domain;
    const wrong = input.validity.badInput || (input.value !== "" && !chosen);
    fault.textContent = wrong ? objection(predicate, Number(input.value), domain) : "";
    take(predicate, line, chosen ? [domain[at]] : []);
  };
  controls.push(() => {
    const at = domain.findIndex((value) => patient.has(fact(predicate, ...line, value)));
    const typed = numeric && (fault.textContent || document.activeElement === input);
    if (at >= 0) fault.textContent = "";
    if (at >= 0) input.value = String(numeric ? domain[at] : at);
    else if (!typed) input.value = "";
  });
  return el.div({ className: "field" }, el.label({ for: id }, label), input, fault);
}

// Any number of words; `open` tells those that may be chosen now.
function several(predicate, line, label, open = () => true) {
  const domain = data.signatures[predicate].at(-1),
    chosen = el.span({ className: "chosen" });
  const boxes = domain.map((value) => {
    const box = el.input({ type: "checkbox" });
    box.onchange = () =>
      take(
        predicate,
        line,
        domain.filter((_, at) => boxes[at].firstChild.checked),
      );
    return el.label({ className: "box" }, box, spoken(value));
  });
  const whole = el.details(
    { className: "several" },
    el.summary(`${label}: `, chosen),
    el.div({ className: "boxes" }, boxes),
  );
  controls.push(() => {
    const held = domain.map((value) => patient.has(fact(predicate, ...line, value)));
    domain.forEach((value, at) => {
      boxes[at].firstChild.checked = held[at];
      boxes[at].hidden = !held[at] && !open(value);
    });
    chosen.textContent = names(domain.filter((_, at) => held[at])) || "none";
    whole.hidden = boxes.every((box) => box.hidden);
  });
  return whole;
}

function lineOf(line) {
  const [received, stopped, toxic] = data.ofLine;
  return el.fieldset(
    el.legend(`Line ${line}`),
    several(received, [line], "Held"),
    single(stopped, [line], "Ended for"),
    several(toxic, [line], "Due to", (agent) =>
      current?.atoms.has("may_name", String(line), agent),
    ),
  );
}

// ---- files ------------------------------------------------------------------------------

function accept(text, source) {
  const { facts, faults } = read(text);
  if (!faults.length) set(facts);
  else if (!turn) set([]); // the address that the page was opened with is refused
  refuse(faults.map(({ place, message }) => [source, ...place].join(":") + `: ${message}`));
}

const refuse = (messages) =>
  byId("faults").replaceChildren(
    ...messages.map((text) => el.p({ className: "note fault" }, text)),
  );

async function acceptFile(file) {
  if (!file) return;
  const bytes = await file.arrayBuffer();
  try {
    accept(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), file.name);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    refuse([`${file.name}: this is not text in UTF-8; save it as plain UTF-8 text.`]);
  }
}

function save(text, type, ending) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  el.a({ href: address, download: `patient.${ending}` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function fromAddress() {
  let text = location.hash.slice(1);
  try {
    text = decodeURIComponent(text);
  } catch {
    /* it is read, and refused, as it is */
  }
  accept(text, "address");
}

function makeForm() {
  byId("findings").append(
    ...data.form.map((finding) => single(finding, [], capital(spoken(finding)))),
  );
  byId("limits").append(...data.limits.map((limit) => several(limit, [], capital(spoken(limit)))));
  byId("more").onclick = () => {
    shownLines++;
    update();
  };
  byId("fewer").onclick = () => {
    const last = String(shownLines--);
    set(
      [...patient].filter((known) => parts(known).length < 2 || parts(known)[0] !== last),
      shownLines,
    );
  };
  byId("file").onchange = ({ target }) => {
    acceptFile(target.files[0]);
    target.value = "";
  };
  byId("take").onclick = () => accept(byId("pasted").value, "pasted");
  byId("facts").onclick = () => save(asFacts(patient), "text/plain", "lp");
  byId("json").onclick = () => save(asJson(patient), "application/json", "json");
  byId("clear").onclick = () => {
    byId("pasted").value = "";
    set([]);
  };
  byId("form").onsubmit = (event) => event.preventDefault();
  byId("skip").onclick = () => byId("answer").focus();
  document.ondragover = (event) => event.preventDefault();
  document.ondrop = (event) => {
    event.preventDefault();
    acceptFile(event.dataTransfer.files[0]);
  };
  onhashchange = fromAddress;
}
