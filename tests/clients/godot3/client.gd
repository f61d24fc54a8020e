# Signs in over REST, connects over WSS or plain ENet, queues and plays one match to its end.
# godot3-server --path DIR -s client.gd REST_PORT wss|enet LOBBY_PORT TABLE_PORT
extends SceneTree

const HOST = "127.0.0.1"
const PATIENCE_MSEC = 90000

var transport = ""
var next_id = 1
var pushes = []


# One live link: the same JSON messages over either transport.
class Link:
	var ws = null
	var enet = null
	var inbox = []
	var open = false
	var gone = false

	func connect_wss(url):
		ws = WebSocketClient.new()
		ws.verify_ssl = true
		ws.connect("connection_established", self, "_up")
		ws.connect("connection_error", self, "_down")
		ws.connect("connection_closed", self, "_closed")
		ws.connect("data_received", self, "_data")
		return ws.connect_to_url(url, PoolStringArray(["harvest.v1"])) == OK

	func connect_enet(host, port):
		enet = NetworkedMultiplayerENet.new()
		enet.connect("connection_succeeded", self, "_up", [""])
		enet.connect("connection_failed", self, "_down")
		enet.connect("server_disconnected", self, "_down")
		return enet.create_client(host, port) == OK

	func _up(_protocol):
		open = true

	func _down():
		gone = true

	func _closed(_clean):
		gone = true

	func _data():
		inbox.append(ws.get_peer(1).get_packet().get_string_from_utf8())

	func poll():
		if ws:
			ws.poll()
		else:
			enet.poll()
			while not gone and enet.get_available_packet_count() > 0:
				inbox.append(enet.get_packet().get_string_from_utf8())

	func send(text):
		if ws:
			ws.get_peer(1).put_packet(text.to_utf8())
		else:
			enet.set_target_peer(1)
			enet.transfer_mode = NetworkedMultiplayerPeer.TRANSFER_MODE_RELIABLE
			enet.put_packet(text.to_utf8())

	func close():
		if ws:
			ws.disconnect_from_host()
		else:
			enet.close_connection()


func die(reason):
	printerr("client: ", reason)
	OS.exit_code = 1
	quit(1)


func rest(port, method, path, body, token):
	var http = HTTPClient.new()
	http.connect_to_host(HOST, port, true, true)
	var until = OS.get_ticks_msec() + 20000
	while http.get_status() in [HTTPClient.STATUS_CONNECTING, HTTPClient.STATUS_RESOLVING]:
		http.poll()
		OS.delay_msec(2)
		if OS.get_ticks_msec() > until:
			return null
	if http.get_status() != HTTPClient.STATUS_CONNECTED:
		printerr("rest: not connected, status ", http.get_status())
		return null
	var headers = ["Content-Type: application/json", "Accept: application/json"]
	if token:
		headers.append("Authorization: Bearer " + token)
	http.request(method, path, headers, body)
	while http.get_status() == HTTPClient.STATUS_REQUESTING:
		http.poll()
		OS.delay_msec(2)
	var bytes = PoolByteArray()
	while http.get_status() == HTTPClient.STATUS_BODY:
		http.poll()
		bytes.append_array(http.read_response_body_chunk())
	if http.get_response_code() >= 300:
		printerr("rest: ", path, " ", http.get_response_code(), " ", bytes.get_string_from_utf8())
		return null
	return JSON.parse(bytes.get_string_from_utf8()).result


func open_link(port):
	var link = Link.new()
	var ok = link.connect_wss("wss://%s:%d/" % [HOST, port]) if transport == "wss" else link.connect_enet(HOST, port)
	var until = OS.get_ticks_msec() + 15000
	while ok and not link.open and not link.gone and OS.get_ticks_msec() < until:
		link.poll()
		OS.delay_msec(2)
	return link if link.open else null


func receive(link, until):
	while OS.get_ticks_msec() < until and not link.gone:
		link.poll()
		if link.inbox.size() > 0:
			return JSON.parse(link.inbox.pop_front()).result
		OS.delay_msec(1)
	return null


# The reply to a request; pushes that come meanwhile wait in `pushes`.
func ask(link, op, data):
	var id = next_id
	next_id += 1
	link.send(JSON.print({"op": op, "id": id, "data": data}))
	var until = OS.get_ticks_msec() + 15000
	while true:
		var message = receive(link, until)
		if message == null:
			return {"error": {"code": "no_answer", "message": op}}
		if message.has("re") and int(message["re"]) == id:
			return message
		if message.has("op"):
			pushes.append(message)


func next_push(link, patience):
	if pushes.size() > 0:
		return pushes.pop_front()
	while true:
		var message = receive(link, OS.get_ticks_msec() + patience)
		if message == null or message.has("op"):
			return message


# A plain way to play: every playable card, every attack, then the end of the turn.
func choose(view):
	if view["phase"] == "mulligan":
		return ["battle.mulligan", {"cards": []}]
	for card in view["hand"]:
		if card["playable"]:
			var play = {"card": int(card["handle"])}
			if card["targets"].size() > 0:
				play["target"] = int(card["targets"][0])
			return ["battle.play", play]
	for unit in view["you"]["row"]:
		if unit["can_attack"] and view["attack_targets"].size() > 0:
			return ["battle.attack", {"attacker": int(unit["handle"]), "target": int(view["attack_targets"][-1])}]
	if view["power"]["choosing"]:
		return ["battle.power", {"choice": "keep"}]
	return ["battle.end_turn", {}]


func to_act(view):
	if view["phase"] == "mulligan":
		return not view["you"]["mulligan_done"]
	return view["phase"] == "playing" and int(view["active_seat"]) == int(view["seat"])


func battle(table, ticket):
	var joined = ask(table, "battle.join", {"ticket": ticket})
	if joined.has("error"):
		return "battle.join: %s" % joined["error"]
	var nonce = ""
	for _i in range(32):
		nonce += "%02x" % (randi() % 256)
	if ask(table, "battle.nonce", {"nonce": nonce}).has("error"):
		nonce = "" # too late: zeros stand for it
	var view = joined["data"].get("view")
	var played = 0 # the number of our last command: a view of before it says nothing about what to do now
	while true:
		if view != null and to_act(view) and pushes.size() == 0:
			var command = choose(view)
			view = null
			var taken = ask(table, command[0], command[1])
			if taken.has("error"):
				return "%s: %s" % [command[0], taken["error"]]
			played = int(taken["data"]["command"])
		var push = next_push(table, PATIENCE_MSEC)
		if push == null:
			return "no push"
		if push["op"] == "battle.update":
			view = push["data"].get("view") if int(push["data"]["command"]) >= played else null
		elif push["op"] == "battle.end":
			print("match ", push["data"]["match"], " ended: winner ", push["data"]["winner"], ", ", push["data"]["reason"])
			return "" if is_fair(push["data"], joined["data"], nonce) else "the chance was not fair"


# The revealed seed is the one that was committed to at the join, and the nonce of the seat is the one that was taken.
func is_fair(end, joined, nonce):
	var seed_hex = end["server_seed"]
	var seed_bytes = PoolByteArray()
	for i in range(0, seed_hex.length(), 2):
		seed_bytes.append(("0x" + seed_hex.substr(i, 2)).hex_to_int())
	var digest = HashingContext.new()
	digest.start(HashingContext.HASH_SHA256)
	digest.update(seed_bytes)
	if digest.finish().hex_encode() != joined["commitment"]:
		return false
	return nonce == "" or end["nonces"][int(joined["seat"]) - 1] == nonce


func play(arguments):
	transport = arguments[1]
	randomize()
	var bytes = PoolByteArray()
	for _i in range(32):
		bytes.append(randi() % 256)
	var secret = Marshalls.raw_to_base64(bytes).replace("+", "-").replace("/", "_").replace("=", "")
	var tokens = rest(int(arguments[0]), HTTPClient.METHOD_POST, "/v1/auth/device", JSON.print({"secret": secret}), "")
	if tokens == null:
		return "device login failed"
	var decks = rest(int(arguments[0]), HTTPClient.METHOD_GET, "/v1/decks", "", tokens["access_token"])
	if decks == null:
		return "no decks"
	var lobby = open_link(int(arguments[2]))
	if lobby == null:
		return "the lobby does not answer over " + transport
	var hello = ask(lobby, "session.hello", {"token": tokens["access_token"], "protocol": "harvest.v1",
		"client": {"name": "godot3", "version": "3.2.3", "device_class": "desktop"}})
	if hello.has("error"):
		return "hello: %s" % hello["error"]
	var queued = ask(lobby, "match.queue", {"mode": "casual", "deck": decks["items"][0]["id"]})
	if queued.has("error"):
		return "queue: %s" % queued["error"]
	var found = next_push(lobby, PATIENCE_MSEC)
	while found != null and found["op"] != "match.found":
		found = next_push(lobby, PATIENCE_MSEC)
	if found == null:
		return "no match found"
	pushes.clear()
	var table = open_link(int(arguments[3]))
	if table == null:
		return "the table does not answer over " + transport
	var trouble = battle(table, found["data"]["ticket"])
	table.close()
	lobby.close()
	return trouble


func _init():
	var arguments = []
	var after_script = false
	for argument in OS.get_cmdline_args():
		if after_script:
			arguments.append(argument)
		elif argument.ends_with("client.gd"):
			after_script = true
	if arguments.size() != 4:
		die("usage: client.gd REST_PORT wss|enet LOBBY_PORT TABLE_PORT")
		return
	var trouble = play(arguments)
	if trouble != "":
		die(trouble)
		return
	print("played over ", transport)
	quit(0)
