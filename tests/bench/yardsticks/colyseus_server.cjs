// A Colyseus room of two players in clear: a command is checked, counted and told to the other. Argument: the port.
const http = require("http");
const { Server, Room } = require("@colyseus/core");
const { WebSocketTransport } = require("@colyseus/ws-transport");
const { Schema, defineTypes } = require("@colyseus/schema");

class State extends Schema {}
defineTypes(State, { turn: "number" });

class Battle extends Room {
  maxClients = 2;
  onCreate() {
    this.state = new State();
    this.state.turn = 0;
    this.onMessage("command", (client, command) => {
      if (typeof command.card !== "number") return client.leave();
      this.state.turn++;
      this.broadcast("played", { card: command.card, turn: this.state.turn }, { except: client });
    });
  }
}

const server = new Server({ greet: false, transport: new WebSocketTransport({ server: http.createServer() }) });
server.define("battle", Battle);
server.listen(Number(process.argv[2]), "127.0.0.1").then(() => console.log("ready"));
