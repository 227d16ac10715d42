"""One file for a browser, which answers by the same program, run by clingo as WebAssembly."""
