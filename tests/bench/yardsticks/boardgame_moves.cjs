// Moves of a small game in boardgame.io, in one process: each move goes through its reducer with its log and its random source. Prints
// moves per CPU-second. Argument: how many moves.
const { Client } = require("boardgame.io/client");

const game = {
  setup: () => ({ health: [20, 20], hand: [5, 5] }),
  turn: { minMoves: 1, maxMoves: 1 },
  moves: {
    play: ({ G, ctx, random }, card) => {
      const other = ctx.currentPlayer === "0" ? 1 : 0;
      G.health[other] -= random.D6() > card ? 1 : 0;
    },
  },
  endIf: ({ G }) => (G.health.some((left) => left <= 0) ? { over: true } : undefined),
};

function play(count) {
  let moves = 0;
  while (moves < count) {
    const client = Client({ game, numPlayers: 2, debug: false });
    client.start();
    while (moves < count && !client.getState().ctx.gameover) {
      client.moves.play(1 + (moves % 6));
      ++moves;
    }
    client.stop();
  }
}

const count = Number(process.argv[2]);
play(2000); // compiled by then
const before = process.cpuUsage();
play(count);
const used = process.cpuUsage(before);
console.log((count / ((used.user + used.system) / 1e6)).toFixed(1));
