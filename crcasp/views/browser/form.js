// The form: the vocabulary as controls, and the patient as facts made of its words only.

"use strict";

const byId = (id) => document.getElementById(id);
const controls = []; // each brings itself in line with the patient
let patient = new Set();
let shownLines = 0;
let changed = () => {}; // what answers

// Makes an element: el.p({ className: "note" }, "text", child); the properties may be left out.
function made(tag, ...content) {
  const element = document.createElement(tag);
  const plain = content[0]?.constructor === Object ? content.shift() : {};
  for (const [key, value] of Object.entries(plain)) {
    const attribute = typeof value === "string" && !["value", "className"].includes(key);
    if (attribute) element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...content.flat(9).filter((child) => child !== null && child !== ""));
  return element;
}
const el = new Proxy({}, { get: (_, tag) => (...content) => made(tag, ...content) });

// ---- the patient ---------------------------------------------------------------------------

const fact = (predicate, ...args) => `${predicate}(${args.join(",")})`;
const parts = (text) => text.match(/\w+/g); // a predicate and its arguments
const spoken = (name) => data.words[name] ?? String(name);

// Take the values of one predicate, of one line where it speaks of lines, from the form.
function take(predicate, line, values) {
  const start = fact(predicate, ...line, "").slice(0, -1);
  const others = [...patient].filter((known) => !known.startsWith(start));
  patient = new Set([...others, ...values.map((value) => fact(predicate, ...line, value))]);
  update();
}

function set(facts, lines = 0) {
  for (const { firstChild, lastChild: fault } of document.querySelectorAll(".field")) {
    fault.textContent = "";
    document.getElementById(firstChild.htmlFor).ariaInvalid = null;
  }
  patient = new Set(facts);
  shownLines = lines;
  update();
}

function update() {
  const treated = [...patient].map(parts).filter((found) => found.length > 2);
  shownLines = Math.max(shownLines, 0, ...treated.map(([, line]) => Number(line)));
  const lines = byId("lines").children;
  while (lines.length < shownLines) byId("lines").append(lineOf(lines.length + 1));
  [...lines].forEach((element, at) => (element.hidden = at >= shownLines));
  byId("more").disabled = shownLines >= data.lines;
  byId("fewer").disabled = !shownLines;
  for (const control of controls) control();
  history.replaceState(null, "", `#${ordered(patient).map((known) => `${known}.`).join("")}`);
  refuse([]);
  changed();
}

// Findings as in the form, then the lines of therapy, then the limits.
function ordered(facts) {
  const keys = [...data.form, "", ...data.limits];
  const place = (text) => {
    const [predicate, ...args] = parts(text);
    const at = args.map((value, of) => data.signatures[predicate][of].map(String).indexOf(value));
    if (args.length < 2) return [keys.indexOf(predicate), ...at];
    return [keys.indexOf(""), at[0], data.ofLine.indexOf(predicate), at[1]];
  };
  const key = (text) => place(text).map((at) => String(at).padStart(6, "0")).join();
  return [...facts].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const asFacts = (facts) => ordered(facts).map((known) => `${known}.\n`).join("");

function asJson(facts) {
  const found = {};
  const [received, stopped] = data.ofLine;
  for (const [predicate, ...args] of ordered(facts).map(parts)) {
    if (args.length > 1) {
      const line = ((found.history ??= [])[args[0] - 1] ??= { [received]: [] });
      if (predicate === stopped) line[predicate] = args[1];
      else (line[predicate] ??= []).push(args[1]);
    } else if (data.limits.includes(predicate)) (found[predicate] ??= []).push(args[0]);
    else found[predicate] = data.signatures[predicate][0].find((it) => String(it) === args[0]);
  }
  return `${JSON.stringify(found, null, 1)}\n`;
}

// ---- controls ------------------------------------------------------------------------------

function single(predicate, line, label) {
  const domain = data.signatures[predicate].at(-1);
  const numeric = domain.length > 9 && domain.every(Number.isInteger);
  const id = ["of", predicate, ...line].join("-");
  const title = data.meanings[predicate] ?? "";
  const [min, max] = [`${domain[0]}`, `${domain.at(-1)}`];
  const options = domain.map((value, at) => el.option({ value: `${at}` }, spoken(value)));
  const input = numeric
    ? el.input({ id, title, type: "number", min, max, placeholder: "unknown" })
    : el.select({ id, title }, el.option({ value: "" }, "unknown"), options);
  const fault = el.span({ className: "fault", role: "alert" });
  input.onchange = () => {
    const at = numeric ? domain.indexOf(Number(input.value)) : Number(input.value);
    const chosen = input.value !== "" && at in domain;
    const wrong = input.validity.badInput || (input.value !== "" && !chosen);
    const said = `${fact(predicate, ...line, Number(input.value))}.`;
    fault.textContent = "";
    input.ariaInvalid = wrong ? "true" : null;
    take(predicate, line, chosen ? [domain[at]] : []);
    if (wrong) read(said).then(({ faults }) => (fault.textContent = faults[0].message));
  };
  controls.push(() => {
    const at = domain.findIndex((value) => patient.has(fact(predicate, ...line, value)));
    const typed = numeric && (input.ariaInvalid || document.activeElement === input);
    if (at >= 0) fault.textContent = "";
    if (at >= 0) input.value = String(numeric ? domain[at] : at);
    else if (!typed) input.value = "";
  });
  return el.div({ className: "field" }, el.label({ for: id }, label), input, fault);
}

// Any number of words; `open` tells those that may be chosen now.
function several(predicate, line, label, open = () => true) {
  const domain = data.signatures[predicate].at(-1);
  const chosen = el.span({ className: "chosen" });
  const checked = () => domain.filter((_, at) => boxes[at].firstChild.checked);
  const boxes = domain.map((value) => {
    const box = el.input({ type: "checkbox" });
    box.onchange = () => take(predicate, line, checked());
    return el.label({ className: "box" }, box, spoken(value));
  });
  const summary = el.summary(`${label}: `, chosen);
  const content = el.div({ className: "boxes" }, boxes);
  const whole = el.details({ className: "several" }, summary, content);
  controls.push(() => {
    domain.forEach((value, at) => {
      const held = patient.has(fact(predicate, ...line, value));
      boxes[at].firstChild.checked = held;
      boxes[at].hidden = !held && !open(value);
    });
    chosen.textContent = checked().map(spoken).join(", ") || "none";
    whole.hidden = boxes.every((box) => box.hidden);
  });
  return whole;
}

function lineOf(line) {
  const [received, stopped, toxic] = data.ofLine;
  const may = (agent) => current?.may.includes(`${line},${agent}`);
  return el.fieldset(
    el.legend(`Line ${line}`),
    several(received, [line], "Held"),
    single(stopped, [line], "Ended for"),
    several(toxic, [line], "Due to", may),
  );
}

// ---- files ---------------------------------------------------------------------------------

// The facts of a text, ASP or JSON, or all that is wrong with it.
const read = (text) =>
  solver.ask("read", text).catch(({ message }) => ({ faults: [{ place: {}, message }] }));

async function accept(text, source) {
  const { facts, faults } = await read(text);
  if (!faults.length) set(facts);
  else if (!turn) set([]); // the address that the page was opened with is refused
  const at = ({ line, column }) => [source, line, column].filter(Boolean).join(":");
  refuse(faults.map(({ place, message }) => `${at(place)}: ${message}`));
}

function refuse(messages) {
  const faults = messages.map((text) => el.p({ className: "note fault" }, text));
  byId("faults").replaceChildren(...faults);
}

async function acceptFile(file) {
  if (!file) return;
  const bytes = await file.arrayBuffer();
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    await accept(decoder.decode(bytes), file.name);
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
  try {
    accept(decodeURIComponent(location.hash.slice(1)), "address");
  } catch {
    if (!turn) set([]);
    refuse(["address: it is damaged; copy it again as a whole."]);
  }
}

function makeForm() {
  byId("findings").append(...data.form.map((finding) => single(finding, [], spoken(finding))));
  byId("limits").append(...data.limits.map((limit) => several(limit, [], spoken(limit))));
  const on = (id, event, act) => (byId(id)[`on${event}`] = act);
  on("more", "click", () => {
    shownLines++;
    update();
  });
  on("fewer", "click", () => {
    const last = String(shownLines--);
    const kept = [...patient].filter((it) => parts(it).length < 3 || parts(it)[1] !== last);
    set(kept, shownLines);
  });
  on("file", "change", ({ target }) => {
    acceptFile(target.files[0]);
    target.value = "";
  });
  on("take", "click", () => accept(byId("pasted").value, "pasted"));
  on("facts", "click", () => save(asFacts(patient), "text/plain", "lp"));
  on("json", "click", () => save(asJson(patient), "application/json", "json"));
  on("clear", "click", () => {
    byId("pasted").value = "";
    set([]);
  });
  on("form", "submit", (event) => event.preventDefault());
  on("skip", "click", () => byId("answer").focus());
  document.ondragover = (event) => event.preventDefault();
  document.ondrop = (event) => {
    event.preventDefault();
    acceptFile(event.dataTransfer.files[0]);
  };
  onhashchange = fromAddress;
}
