// The npm package `emvqr` over one code.
//
//     node peer.cjs FOLDER_OF_node_modules CODE
//
// Prints codes a second of CPU time, `decode N`, or why it can't.
const path = require("path");

const [folder, code] = process.argv.slice(2);
const { decode } = require(path.join(folder, "emvqr"));
if (decode(code)["59"].data !== "TEST SHOP") {
  console.log("the merchant's name was not found");
  process.exit(1);
}
let best = 0;
for (let round = 0; round < 5; ++round) {
  const start = process.cpuUsage();
  let count = 0;
  let used = 0;
  do {
    decode(code);
    if (++count % 500 === 0) {
      const usage = process.cpuUsage(start);
      used = usage.user + usage.system;
    }
  } while (used < 400000);
  best = Math.max(best, (count * 1e6) / used);
}
console.log("decode", Math.round(best));
