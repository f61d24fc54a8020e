// A browser client in plain JavaScript: signs in over REST, connects over WSS, queues, and plays one match to its end.
// index.html?rest=https://127.0.0.1:8443&lobby=wss://127.0.0.1:7351 ; the result goes to POST /result of the page's server.
'use strict';

const settings = new URLSearchParams(location.search);
const element = (id) => document.getElementById(id);
const patienceMs = 90000;

function say(text) {
  element('status').textContent = text;
}

async function rest(method, path, body, token) {
  const headers = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(settings.get('rest') + path, { method, headers, body: body && JSON.stringify(body) });
  const reply = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${reply.code}`);
  return reply;
}

// One live link: requests with their replies, pushes in order.
class Link {
  constructor(url) {
    this.waiting = new Map();
    this.pushes = [];
    this.wakeUp = null;
    this.nextId = 1;
    this.socket = new WebSocket(url, 'harvest.v1');
    this.socket.onmessage = (event) => this.take(JSON.parse(event.data));
    this.opened = new Promise((resolve, reject) => {
      this.socket.onopen = resolve;
      this.socket.onclose = (event) => {
        const gone = new Error(`closed ${event.code} ${event.reason}`);
        this.gone = gone;
        reject(gone);
        for (const { reject: refuse } of this.waiting.values()) refuse(gone);
        if (this.wakeUp) this.wakeUp();
      };
    });
  }

  take(message) {
    if ('re' in message) {
      const { resolve, reject } = this.waiting.get(message.re);
      this.waiting.delete(message.re);
      if (message.error) reject(new Error(`${message.error.code}: ${message.error.message}`));
      else resolve(message.data);
      return;
    }
    this.pushes.push(message);
    if (this.wakeUp) this.wakeUp();
  }

  ask(op, data) {
    const id = this.nextId++;
    this.socket.send(JSON.stringify({ op, id, data }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  async push() {
    const until = Date.now() + patienceMs;
    while (this.pushes.length === 0) {
      if (this.gone) throw this.gone;
      if (Date.now() > until) throw new Error('no push');
      await new Promise((resolve) => {
        this.wakeUp = resolve;
        setTimeout(resolve, 1000);
      });
      this.wakeUp = null;
    }
    return this.pushes.shift();
  }
}

function random(bytes) {
  return crypto.getRandomValues(new Uint8Array(bytes));
}

function showUnits(into, units) {
  into.replaceChildren(...units.map((unit) => {
    const card = document.createElement('div');
    card.className = 'card';
    card.textContent = unit.card;
    const figures = document.createElement('i');
    figures.textContent = 'cost' in unit ? `${unit.cost} sun` : `${unit.attack} / ${unit.health}`;
    card.append(figures);
    return card;
  }));
}

function show(view) {
  for (const side of ['opponent', 'you']) {
    const title = document.createElement('b');
    title.textContent = `${side}  ♥ ${view[side].health}  ☀ ${view[side].sun}`;
    const row = document.createElement('div');
    row.className = 'row';
    showUnits(row, view[side].row);
    element(side).replaceChildren(title, ` deck ${view[side].deck_count}, hand ${view[side].hand_count}`, row);
  }
  showUnits(element('hand'), view.hand);
  say(`turn ${view.turn}`);
}

function log(text) {
  const line = document.createElement('li');
  line.textContent = text;
  element('log').prepend(line);
}

function toAct(view) {
  if (view.phase === 'mulligan') return !view.you.mulligan_done;
  return view.phase === 'playing' && view.active_seat === view.seat;
}

// A plain way to play: every playable card, every attack, then the end of the turn.
function choose(view) {
  if (view.phase === 'mulligan') return ['battle.mulligan', { cards: [] }];
  const card = view.hand.find((each) => each.playable);
  if (card) return ['battle.play', card.targets.length ? { card: card.handle, target: card.targets[0] } : { card: card.handle }];
  const unit = view.you.row.find((each) => each.can_attack);
  if (unit && view.attack_targets.length) return ['battle.attack', { attacker: unit.handle, target: view.attack_targets.at(-1) }];
  if (view.power.choosing) return ['battle.power', { choice: 'keep' }];
  return ['battle.end_turn', {}];
}

async function battle(table, ticket) {
  const joined = await table.ask('battle.join', { ticket });
  const fresh = () => Array.from(random(32), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const nonce = joined.phase === 'nonces' ? fresh() : null;
  if (nonce) await table.ask('battle.nonce', { nonce });
  let view = joined.view;
  let played = 0; // the number of our last command: a view of before it says nothing about what to do now
  for (;;) {
    if (view && toAct(view) && table.pushes.length === 0) {
      const [op, data] = choose(view);
      view = null;
      log(`${op} ${JSON.stringify(data)}`);
      played = (await table.ask(op, data)).command;
    }
    const { op, data } = await table.push();
    if (op === 'battle.update' && data.view && data.command >= played) show(view = data.view);
    if (op === 'battle.end') return { end: data, commitment: joined.commitment, seat: joined.seat, nonce };
  }
}

// The seed is the one that was committed to, and the nonce of the seat is the one that was sent, if one was.
async function verify({ end, commitment, seat, nonce }) {
  if (nonce && end.nonces[seat - 1] !== nonce) return false;
  const seed = Uint8Array.from(end.server_seed.match(/../g), (hex) => parseInt(hex, 16));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', seed));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') === commitment;
}

async function signIn() {
  const secret = btoa(String.fromCharCode(...random(32))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const tokens = await rest('POST', '/v1/auth/device', { secret });
  const lobby = new Link(settings.get('lobby'));
  await lobby.opened;
  const client = { name: 'web', version: '1', device_class: 'web' };
  await lobby.ask('session.hello', { token: tokens.access_token, protocol: 'harvest.v1', client });
  return { tokens, lobby };
}

// Somebody else watches the match from its gallery: how many views came, the last of them, and the end.
async function watch(match) {
  const { lobby } = await signIn();
  const place = await lobby.ask('match.watch', { match });
  const gallery = new Link(webSocketOf(place.endpoints));
  await gallery.opened;
  const joined = await gallery.ask('spectate.join', { ticket: place.ticket });
  const seen = { delay: joined.delay_turns, views: joined.view ? 1 : 0, last: joined.view };
  for (;;) {
    const { op, data } = await gallery.push();
    if (op === 'spectate.end') return { ...seen, end: data };
    if (op === 'spectate.update') {
      seen.views += 1;
      seen.command = data.command;
      seen.last = data.view;
    }
  }
}

function webSocketOf(endpoints) {
  const place = endpoints.find((each) => each.transport === 'wss');
  return `wss://${place.host}:${place.port}/`;
}

async function main() {
  const { tokens, lobby } = await signIn();
  const decks = await rest('GET', '/v1/decks', null, tokens.access_token);
  await lobby.ask('match.queue', { mode: 'casual', deck: decks.items[0].id });
  say('waiting for an opponent …');
  let found = await lobby.push();
  while (found.op !== 'match.found') found = await lobby.push();
  const watching = watch(found.data.match);
  const table = new Link(webSocketOf(found.data.endpoints));
  await table.opened;
  const outcome = await battle(table, found.data.ticket);
  const watched = await watching;
  const fair = await verify(outcome);
  say(`match over: winner seat ${outcome.end.winner} (${outcome.end.reason}), chance ${fair ? 'proved' : 'NOT proved'}`);
  const watchedFair = await verify({ end: watched.end, commitment: outcome.commitment });
  return {
    ok: fair && watchedFair,
    match: outcome.end.match,
    winner: outcome.end.winner,
    reason: outcome.end.reason,
    commands: outcome.end.commands,
    views: watched.views,
    watched: { delay: watched.delay, command: watched.command, winner: watched.end.winner, phase: watched.last.phase },
  };
}

main()
  .catch((error) => ({ ok: false, error: String(error) }))
  .then((result) => {
    if (!result.ok) say(result.error || 'failed');
    return fetch('/result', { method: 'POST', body: JSON.stringify(result) });
  });
