# Redis on a loopback port of its own; nothing of it is kept (what the game puts there is rebuilt).

redis_port=${HARVEST_REDIS_PORT:-16379}
redis_dir=$services_dir/redis

# redis_pid: of the server that we started, if it lives.
redis_pid() {
  local pid
  pid=$(cat "$redis_dir/redis.pid" 2>/dev/null) && grep -q redis-server "/proc/$pid/comm" 2>/dev/null && echo "$pid"
}

redis_up() {
  if redis_pid >/dev/null; then return; fi
  command -v redis-server >/dev/null || fail "redis-server is not installed: apt-get install redis-server"
  ! on_port $redis_port || fail "port $redis_port is taken by a server that is not ours"
  mkdir -p "$redis_dir"
  redis-server --bind 127.0.0.1 --port $redis_port --dir "$redis_dir" --pidfile "$redis_dir/redis.pid" \
    --logfile "$redis_dir/redis.log" --save "" --appendonly no --maxmemory 256mb --daemonize yes >/dev/null
  wait_for 10 redis redis-cli -p $redis_port ping
}

redis_down() {
  local pid
  pid=$(redis_pid) || return 0
  kill "$pid"
  wait_for 10 "the end of redis" test ! -e "/proc/$pid"
}

redis_status() {
  local pid
  pid=$(redis_pid) || { echo "redis     down"; return 1; }
  echo "redis     up, port $redis_port, pid $pid"
}

redis_env() { echo "export HARVEST_TEST_REDIS=redis://127.0.0.1:$redis_port"; }
