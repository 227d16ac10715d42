// One clingo in a worker of its own, behind the unedited glue of the package clingo-wasm, so
// that the page stays alive while it solves, and can end it.

const MOST = 2 ** 27; // characters of one answer, far beyond any that a page could show

let lines = [];
let size = 0;
let said = [];
let clingo = null;

function started(module) {
  return Module({
    print(line) {
      size += line.length;
      if (size > MOST) throw new Error("the answer is too long");
      lines.push(line);
    },
    printErr: (line) => said.push(line),
    instantiateWasm(imports, done) {
      // the page has no address that the glue could ask
      WebAssembly.instantiate(module, imports).then(done);
    },
  });
}

onmessage = async ({ data }) => {
  if (data.module) {
    clingo = started(data.module);
    return;
  }
  [lines, said, size] = [[], [], 0];
  try {
    const { ccall } = await clingo;
    const status = ccall("run", "number", ["string", "string"], [data.program, data.options]);
    if (![0, 10, 20, 30].includes(status)) throw new Error(said.join(" ") || `status ${status}`);
    postMessage({ text: lines.join("\n") });
  } catch (error) {
    postMessage({ error: String(error.message ?? error) });
  }
};
