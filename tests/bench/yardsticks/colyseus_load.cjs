// Pairs of players who answer each other's command at once; prints commands per CPU-second of the server's process.
// Arguments: port, pid of the server, rooms, seconds.
const fs = require("fs");
const { Client } = require("colyseus.js");
const [port, pid, rooms, seconds] = process.argv.slice(2).map(Number);
const threads = () => fs.readdirSync(`/proc/${pid}/task`);
const cpuSeconds = () => threads().reduce((sum, thread) => sum + Number(fs.readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]), 0) / 1e9;
const sleep = (length) => new Promise((resolve) => setTimeout(resolve, length));

(async () => {
  let played = 0;
  const seats = [];
  for (let i = 0; i < rooms * 2; ++i) {
    const room = await new Client(`ws://127.0.0.1:${port}`).joinOrCreate("battle");
    room.onMessage("played", (move) => {
      ++played;
      room.send("command", { card: move.card + 1 });
    });
    seats.push(room);
  }
  for (let i = 0; i < seats.length; i += 2) seats[i].send("command", { card: 1 });
  await sleep(500);
  const cpu = cpuSeconds();
  const before = played;
  await sleep(seconds * 1000);
  console.log(((played - before) / (cpuSeconds() - cpu)).toFixed(1));
  process.exit(0);
})();
