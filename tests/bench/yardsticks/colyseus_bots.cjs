// Bots of colyseus.js in one process, each in a room in clear and silent; prints the resident bytes that each one took. Arguments: port, bots.
const { Client } = require("colyseus.js");
const [port, bots] = process.argv.slice(2).map(Number);
const joined = () => new Client(`ws://127.0.0.1:${port}`).joinOrCreate("battle");
const resident = () => {
  global.gc();
  return process.memoryUsage().rss;
};

(async () => {
  const seats = [await joined(), await joined()]; // what the first ones load is no bot's
  for (const seat of seats) seat.onMessage("*", () => {});
  const before = resident();
  for (let i = 0; i < bots; ++i) {
    seats.push(await joined());
    seats[seats.length - 1].onMessage("*", () => {});
  }
  console.log(Math.round((resident() - before) / bots));
  process.exit(0);
})();
