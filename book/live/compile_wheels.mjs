// node compile_wheels.mjs [--keep-source] PYODIDE_FOLDER OUT_FOLDER WHEEL...
// Writes each wheel, recompiled by the Pyodide in PYODIDE_FOLDER, to OUT_FOLDER. The new name holds
// a build number made from the content, so that a browser may keep the file for ever. Prints one
// line of JSON a wheel: {"from": name, "to": name, "sha256": sum}. python_stdlib.zip, the standard
// library, may stand among the wheels; it keeps its name.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const fail = (error) => {
  console.error(String(error?.message ?? error).trim()); // not the stack: it quotes all of Pyodide
  process.exit(1);
};
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);

const here = path.dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);
const keepSource = words[0] === "--keep-source";
const [pyodideFolder, outFolder, ...wheels] = words.slice(keepSource ? 1 : 0).map((w) => path.resolve(w));

const { loadPyodide } = await import(pathToFileURL(path.join(pyodideFolder, "pyodide.mjs")));
// A fixed hash seed: the order of a set in bytecode depends on it, and the same bytes are wanted.
const env = { HOME: "/home/pyodide", PYTHONHASHSEED: "0" };
const py = await loadPyodide({ indexURL: pyodideFolder + path.sep, env });
py.runPython(fs.readFileSync(path.join(here, "recompile.py"), "utf8"));
const recompile = py.globals.get("recompile");
const STANDARD_LIBRARY = "python_stdlib.zip";

for (const wheel of wheels) {
  const name = path.basename(wheel);
  const extra = py.toPy({});
  if (name.startsWith("matplotlib-")) {
    await py.loadPackage("matplotlib", { messageCallback: () => {} });
    extra.set("matplotlib/fontlist.json", py.globals.get("font_list")());
  }
  const source = py.toPy(new Uint8Array(fs.readFileSync(wheel))).tobytes();
  const root = py.globals.get(name === STANDARD_LIBRARY ? "STANDARD_LIBRARY" : "SITE");
  const made = recompile(source, extra, keepSource, root);
  const data = Buffer.from(made.toJs());
  const sum = createHash("sha256").update(data).digest("hex");
  const to = name === STANDARD_LIBRARY ? name : named(name, sum);
  fs.writeFileSync(path.join(outFolder, to), data);
  console.log(JSON.stringify({ from: name, to, sha256: sum }));
  made.destroy();
  extra.destroy();
}

// A build number stands after the version and starts with a digit.
function named(name, sum) {
  const parts = name.split("-");
  return [...parts.slice(0, 2), "1" + sum.slice(0, 12), ...parts.slice(-3)].join("-");
}
