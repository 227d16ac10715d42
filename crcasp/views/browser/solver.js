// The worker that answers, as the page asks it.

"use strict";

const data = JSON.parse(document.getElementById("data").textContent);

const solver = {
  last: Promise.resolve(),

  async start() {
    const packed = atob(document.getElementById("wasm").textContent);
    const bytes = Uint8Array.from(packed, (char) => char.charCodeAt(0));
    const body = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const headers = { "content-type": "application/wasm" };
    this.module = await WebAssembly.compileStreaming(new Response(body, { headers }));
    this.restart();
  },

  restart() {
    this.worker?.terminate();
    const address = URL.createObjectURL(new Blob([data.worker], { type: "text/javascript" }));
    this.worker = new Worker(address);
    URL.revokeObjectURL(address);
    this.worker.postMessage({ module: this.module, given: data.given });
  },

  // What the worker finds, one question at a time.
  ask(question, ...args) {
    const asked = { question, args };
    const run = () => new Promise((resolve, reject) => this.run(asked, resolve, reject));
    this.last = this.last.then(run, run);
    return this.last;
  },

  run(asked, resolve, reject) {
    const end = (why) => {
      clearTimeout(timer);
      this.restart();
      reject(new Error(why));
    };
    const late = `No answer within ${data.seconds} seconds: the solver was ended.`;
    const timer = setTimeout(end, data.seconds * 1000, late);
    this.worker.onerror = (event) => end(event.message);
    this.worker.onmessage = ({ data: { found, error } }) => {
      if (error) return end(error);
      clearTimeout(timer);
      return resolve(found);
    };
    this.worker.postMessage(asked);
  },
};
