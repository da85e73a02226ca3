// The npm package `iso_8583` over the messages of a file: each with a length of two bytes in front.
//
//     node peer.cjs FOLDER_OF_node_modules FILE
//
// Prints messages a second of CPU time, `decode N` and `encode N`, or why it can't. What it packs must be the bytes that
// it unpacked.
const fs = require("fs");
const path = require("path");

const [folder, file] = process.argv.slice(2);
const Message = require(path.join(folder, "iso_8583"));
const bytes = fs.readFileSync(file);
const messages = [];
for (let at = 0; at < bytes.length;) {
  const end = at + 2 + bytes.readUInt16BE(at);
  messages.push(bytes.subarray(at, end));
  at = end;
}
const reader = new Message();
const fields = messages.map((message) => reader.getIsoJSON(message));
messages.forEach((message, i) => {
  const packed = new Message(fields[i]).getBufferMessage();
  if (!Buffer.isBuffer(packed) || !packed.equals(message)) {
    console.log(`differs at message ${i}: ${packed.error}`);
    process.exit(1);
  }
});

function rate(run) {
  let best = 0;
  for (let round = 0; round < 5; ++round) {
    const start = process.cpuUsage();
    let count = 0;
    let used = 0;
    do {
      run(count++ % messages.length);
      if (count % 500 === 0) {
        const usage = process.cpuUsage(start);
        used = usage.user + usage.system;
      }
    } while (used < 400000);
    best = Math.max(best, (count * 1e6) / used);
  }
  return Math.round(best);
}

let kept = 0;
console.log("decode", rate((i) => { kept += Object.keys(reader.getIsoJSON(messages[i])).length; }));
console.log("encode", rate((i) => { kept += new Message(fields[i]).getBufferMessage().length; }));
process.exit(kept > 0 ? 0 : 1);
