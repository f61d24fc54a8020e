// Random battles of Pokémon Showdown's simulator, both sides played by its own random player, its log read and dropped. Prints battles
// per CPU-second. Argument: how many battles.
const { BattleStream, getPlayerStreams, Teams } = require("pokemon-showdown");
const { RandomPlayerAI } = require("pokemon-showdown/dist/sim/tools/random-player-ai");
const FORMAT = "gen7randombattle";

async function battle() {
  const streams = getPlayerStreams(new BattleStream());
  const sides = ["Kestrel", "Wren"].map((name) => ({ name, team: Teams.pack(Teams.generate(FORMAT)) }));
  const players = [new RandomPlayerAI(streams.p1), new RandomPlayerAI(streams.p2)];
  for (const player of players) void player.start();
  void streams.omniscient.write(`>start ${JSON.stringify({ formatid: FORMAT })}\n>player p1 ${JSON.stringify(sides[0])}\n>player p2 ${JSON.stringify(sides[1])}`);
  let ended = false;
  for await (const chunk of streams.omniscient) ended = ended || /^\|(win|tie)/m.test(chunk);
  if (!ended) throw new Error("a battle had no end");
}

(async () => {
  const count = Number(process.argv[2]);
  for (let i = 0; i < 20; ++i) await battle(); // compiled by then
  const before = process.cpuUsage();
  for (let i = 0; i < count; ++i) await battle();
  const used = process.cpuUsage(before);
  console.log((count / ((used.user + used.system) / 1e6)).toFixed(1));
})();
