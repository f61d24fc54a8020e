# Apache Kafka, one node that is broker and controller (KRaft), on loopback 19092; sourced by scripts/services.

kafka_pom=scripts/lib/services/kafka-broker.pom.xml
kafka_port=${HARVEST_KAFKA_PORT:-19092}
kafka_controller_port=$((kafka_port + 1))
kafka_home() { echo "$services_dir/kafka"; }

# The broker's jars, resolved once into the user's cache, in a folder named by what the pom asks for.
kafka_jars() { echo "${XDG_CACHE_HOME:-$HOME/.cache}/harvest/kafka-$(sha256sum "$kafka_pom" | cut -c1-12)"; }

kafka_fetch() {
  local jars part
  jars=$(kafka_jars)
  [ -d "$jars" ] && return 0
  part=$(mktemp -d "$services_dir/kafka-jars.XXXXXX")
  say "resolving Apache Kafka by Maven"
  mvn -B -q -f "$kafka_pom" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$part" >&2 ||
    fail "Maven cannot resolve Apache Kafka: is its repository within reach?"
  mkdir -p "$(dirname "$jars")"
  mv -T "$part" "$jars"
}

kafka_java() { java -Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$(kafka_jars)/*" "$@"; }

# The pid of the broker that this script started, if it lives; a number that another process has by now is none.
kafka_pid() {
  local pid
  pid=$(cat "$(kafka_home)/pid" 2>/dev/null) || return 1
  { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "kafka.Kafka $(kafka_home)/" && echo "$pid"
}

# Asks for the versions of its API, as every client does first: a listening port alone is not yet a broker.
kafka_answers() {
  local size
  exec 3<>"/dev/tcp/127.0.0.1/$kafka_port" || return 1
  printf '\0\0\0\x0a\0\x12\0\0\0\0\0\x01\xff\xff' >&3
  size=$(timeout 2 head -c 4 <&3 | wc -c)
  exec 3>&-
  [ "$size" = 4 ]
}

kafka_properties() {
  cat <<EOF
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$kafka_controller_port
listeners=PLAINTEXT://127.0.0.1:$kafka_port,CONTROLLER://127.0.0.1:$kafka_controller_port
advertised.listeners=PLAINTEXT://127.0.0.1:${HARVEST_KAFKA_ADVERTISED_PORT:-$kafka_port}
controller.listener.names=CONTROLLER
log.dirs=$(kafka_home)/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
EOF
}

kafka_start() {
  local home pid
  home=$(kafka_home)
  mkdir -p "$home/data"
  kafka_properties >"$home/server.properties"
  if [ ! -f "$home/data/meta.properties" ]; then
    kafka_java kafka.tools.StorageTool format -t "$(kafka_java kafka.tools.StorageTool random-uuid 2>/dev/null)" \
      -c "$home/server.properties" >"$home/format.log" 2>&1 || fail "Kafka cannot format its storage: see $home/format.log"
  fi
  # A session of its own: it outlives this script and hears no signal meant for it.
  setsid java -Xms128m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$(kafka_jars)/*" \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn kafka.Kafka "$home/server.properties" \
    </dev/null >>"$home/kafka.log" 2>&1 9>&- &
  echo $! >"$home/pid"
}

kafka_up() (
  install_packages "openjdk-17-jre-headless:runs Kafka" "maven:resolves Kafka"
  exec 9>"$services_dir/kafka.lock"
  flock -w 180 9 || fail "another scripts/services is starting Kafka and does not end"
  kafka_fetch
  if ! kafka_pid >/dev/null; then
    if on_port $kafka_port; then fail "port $kafka_port is taken by something that scripts/services did not start"; fi
    kafka_start
  fi
  wait_for 60 "Kafka" kafka_answers
  kafka_status
)

kafka_down() {
  local pid end=$((SECONDS + 30))
  pid=$(kafka_pid) || { rm -f "$(kafka_home)/pid"; return 0; }
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null && [ $SECONDS -lt $end ]; do sleep 0.2; done
  if kill -0 "$pid" 2>/dev/null; then kill -9 "$pid"; fi
  rm -f "$(kafka_home)/pid"
}

kafka_status() {
  local pid
  if pid=$(kafka_pid) && kafka_answers 2>/dev/null; then
    printf '   %-10s up, 127.0.0.1:%s, pid %s\n' kafka $kafka_port "$pid"
  else
    printf '   %-10s down\n' kafka
    return 1
  fi
}

kafka_env() { echo "export HARVEST_TEST_KAFKA=127.0.0.1:$kafka_port"; }
