#!/usr/bin/env bash
# Runs docker-compose.yml for real and looks at it from outside: events and dead letters, health, metrics, pause
# and resume, the images, stopping, three consumers. Takes everything down again, also after a failure.
#   usage: tools/compose-test.sh        needs docker, docker-compose, curl, kcat; ports 8080, 8081, 29092
# Prints PASS or FAIL per check and `N passed, N failed` at the end. Exit code 1 when anything failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

# The distribution's client first: it matches its engine and carries BuildKit.
export PATH=/usr/bin:$PATH COMPOSE_DOCKER_CLI_BUILD=1 DOCKER_BUILDKIT=1
# A project of its own, so that taking down its volumes never touches those of a stack in use.
export COMPOSE_PROJECT_NAME=pipeline-compose-test
NODE_IMAGE=node:24-bookworm-slim
KAFKA_IMAGE=$(grep -oE 'apache/kafka:[0-9.]+' docker-compose.yml)
STANDINS=../shared/standins/make.sh
MAX_GROWTH=150000000
compose=(docker-compose)
command -v docker-compose >/dev/null || compose=(docker compose)
scale=(-f docker-compose.yml -f docker-compose.scale.yml)
scratch=$(mktemp -d)
passed=0 failed=0 engine='' composed=''

check() { # check WHAT COMMAND…: one line per fact
  local what=$1
  shift
  if "$@" >"$scratch/check" 2>&1; then
    passed=$((passed + 1))
    echo "PASS $what"
  else
    failed=$((failed + 1))
    echo "FAIL $what"
    tail -n 5 "$scratch/check" | cut -c1-300 | sed 's/^/     /'
  fi
}

within() { # within SECONDS COMMAND…: waits for a condition
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.5
  done
}

give_up() {
  failed=$((failed + 1))
  echo "FAIL $1"
  exit 1
}

finish() {
  trap '' INT TERM
  if [ -n "$composed" ]; then
    [ $failed -eq 0 ] || "${compose[@]}" logs --no-color --tail 20 2>&1 | cut -c1-300
    take_down
    check 'everything is taken down' nothing_left
  fi
  if [ -n "$engine" ]; then
    kill "$engine" && wait "$engine"
  fi
  rm -rf "$scratch"
  echo "$passed passed, $failed failed"
  exit $((failed > 0)) # said here: a plain exit in a trap would repeat the status from before it
}

take_down() { "${compose[@]}" "${scale[@]}" down -v --remove-orphans -t 15 >"$scratch/down" 2>&1; }

nothing_left() {
  [ -z "$(docker ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME")" ] &&
    [ -z "$(docker volume ls -q --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME")" ]
}

start_engine() {
  docker info >/dev/null 2>&1 && return
  if [ "$(id -u)" != 0 ] || ! command -v dockerd >/dev/null; then
    give_up 'no Docker engine answers, and dockerd cannot be started (is it installed, is this root?)'
  fi
  dockerd >"$scratch/dockerd.log" 2>&1 &
  engine=$!
  within 60 docker info >/dev/null 2>&1 || give_up "dockerd does not start: $(tail -n 1 "$scratch/dockerd.log")"
}

have_image() { docker image inspect "$1" >/dev/null 2>&1; }

have_base_images() {
  local image
  for image in "$NODE_IMAGE" "$KAFKA_IMAGE"; do
    have_image "$image" || timeout 300 docker pull -q "$image" >/dev/null 2>&1 || {
      [ -f "$STANDINS" ] || give_up "$image cannot be pulled, and there is no $STANDINS to make a stand-in"
      echo "$image cannot be pulled; making stand-ins"
      bash "$STANDINS" node kafka >"$scratch/standins" 2>&1 ||
        give_up "the stand-ins cannot be made: $(tail -n 1 "$scratch/standins")"
    }
  done
}

# -- What is looked at ------------------------------------------------------------------------------------------
healthy() { curl -fsS -m 5 -o /dev/null "localhost:$1/health" 2>/dev/null; }

metric() { # metric PORT NAME: the sum over all labels
  curl -fsS -m 5 "localhost:$1/metrics" |
    awk -v name="$2" 'index($1, name) == 1 && substr($1, length(name) + 1) ~ /^({|$)/ { sum += $NF } END { print sum + 0 }'
}

at_least() { [ "$(metric "$1" "$2")" -ge "$3" ]; } # at_least PORT NAME VALUE

# From outside of the compose network, on the port that docker-compose publishes: headers and value.
consume_outside() { # consume_outside TOPIC
  timeout 240 kcat -q -b localhost:29092 -C -t "$1" -o beginning -c 1 -f '%h %s\n'
}

shows() { # shows PATTERN COMMAND…: the command's output has a line like this
  "${@:2}" | tee /dev/stderr | grep -E "$1" >/dev/null
}

post() { curl -fsS -m 5 -X POST "localhost:$1"; }

nothing_more() {
  local before
  before=$(metric 8080 kafka_messages_processed_total) && sleep 1 && [ "$(metric 8080 kafka_messages_processed_total)" = "$before" ]
}

stands_still_while_events_arrive() {
  sleep 1 # a pause takes effect within one second
  local before made
  within 10 nothing_more || return 1 # the transaction in hand
  before=$(metric 8080 kafka_messages_processed_total) made=$(metric 8081 producer_events_total)
  within 240 at_least 8081 producer_events_total $((made + 20)) || return 1
  [ "$(metric 8080 kafka_messages_processed_total)" = "$before" ]
}

moves_on() {
  within 240 at_least 8080 kafka_messages_processed_total $(($(metric 8080 kafka_messages_processed_total) + 20))
}

refused_to_web_pages() {
  [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' -X POST -H 'Origin: http://example.org' localhost:8080/admin/pause)" = 403 ]
}

small_enough() {
  local growth=$(($(docker image inspect -f '{{.Size}}' "$1") - $(docker image inspect -f '{{.Size}}' $NODE_IMAGE)))
  echo "$1 is $((growth / 1000000)) MB larger than its base" | tee "$scratch/growth"
  [ $growth -le $MAX_GROWTH ]
}

in_image() { docker run --rm --entrypoint sh "$1" -c "$2"; }

runs_as_nobody_special() { [ "$(docker exec "$1" node -p 'process.getuid()')" -gt 0 ]; }

no_package_manager() {
  [ -z "$(in_image "$1" 'find / -xdev \( -name npm -o -name npx -o -name corepack -o -name yarn -o -name pnpm \) ! -path "/proc/*" 2>/dev/null')" ]
}

no_development_files() {
  local found
  found=$(in_image "$1" 'find /app -name ".env*" -o -path "*/node_modules/typescript" -o -name "*.spec.*" -o -name "*.test.*"') || return 1
  [ -z "$found" ] || { echo "$found" && return 1; }
}

kafka_knows_no_app_setting() {
  local name
  docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' pipeline-kafka | cut -d= -f1 >"$scratch/kafka-env"
  for name in $(grep -oE '^#? ?[A-Z][A-Z0-9_]+=' .env | tr -d '#= '); do
    ! grep -qx "$name" "$scratch/kafka-env" || { echo "$name is set in Kafka's container" && return 1; }
  done
}

loopback_only() {
  ! docker ps --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" --format '{{.Ports}}' |
    grep -E '(0\.0\.0\.0|:::?|\[::\]):[0-9]+->'
}

stops_in_time() { # stops_in_time CONTAINER: on SIGTERM, by itself, with exit code 0
  local asked ended code
  asked=$(date +%s)
  docker stop -t 30 "$1" >/dev/null || return 1
  read -r code ended < <(docker inspect -f '{{.State.ExitCode}} {{.State.FinishedAt}}' "$1")
  echo "exit code $code after $(($(date -d "$ended" +%s) - asked)) s"
  [ "$code" = 0 ] && [ $(($(date -d "$ended" +%s) - asked)) -le 11 ]
}

consumers() { "${compose[@]}" "${scale[@]}" ps -q consumer; }

three_healthy() {
  [ "$(consumers | xargs docker inspect -f '{{.State.Health.Status}}' | grep -cx healthy)" = 3 ]
}

work_is_shared() { # three members, none without a partition of the input
  local id busy=0
  for id in $(consumers); do
    curl -fsS -m 5 "$(docker port "$id" 8080 | head -n 1)/admin/status" | grep -q '"partition":' && busy=$((busy + 1))
  done
  [ $busy = 3 ]
}

# -- The course of it -------------------------------------------------------------------------------------------
trap finish EXIT
trap 'exit 1' INT TERM
start_engine
# What an earlier run of this test could not take down, because it was killed.
take_down
have_base_images
! docker inspect pipeline-kafka >/dev/null 2>&1 || give_up 'a pipeline runs already: stop it with docker-compose down'
composed=yes
echo "-- ready to build after $SECONDS s"

check 'docker-compose up --build -d' "${compose[@]}" up --build -d
[ $failed -eq 0 ] || give_up 'nothing runs that could be looked at'
echo "-- built and started after $SECONDS s"
check 'the consumer is ready' within 300 healthy 8080
check 'the producer is ready' within 300 healthy 8081
check 'ports are published on 127.0.0.1 only' loopback_only
check 'no setting of the applications reaches Kafka' kafka_knows_no_app_setting
check 'the consumer counts processed events' within 240 at_least 8080 kafka_messages_processed_total 20
check 'the producer counts its events' within 240 at_least 8081 producer_events_total 20
check 'the console is served' shows 'id="app"' curl -fsS -m 5 localhost:8080/console
check 'a processed event is seen on 29092' shows '"processed_at":"' consume_outside processed-user-login
check 'a dead letter is seen on 29092' shows 'dlq\.reason=' consume_outside user-login-dlq

check 'pause answers with the new state' shows '"paused":true' post 8080/admin/pause
check 'the pause shows in the status' shows '"paused":true' curl -fsS -m 5 localhost:8080/admin/status
check 'the pause shows in the metrics' at_least 8080 pipeline_paused 1
check 'no event is processed while paused' stands_still_while_events_arrive
check 'a paused consumer stays ready' healthy 8080
check 'resume answers with the new state' shows '"paused":false' post 8080/admin/resume
check 'events are processed again' moves_on
check 'a web page cannot command the service' refused_to_web_pages

for app in consumer producer; do
  check "$app: the image is at most $((MAX_GROWTH / 1000000)) MB larger than its base" small_enough pipeline-$app
  cat "$scratch/growth"
  check "$app: runs as an ordinary user" runs_as_nobody_special pipeline-$app
  check "$app: no package manager in the image" no_package_manager pipeline-$app
  check "$app: no .env, tests or compiler in the image" no_development_files pipeline-$app
  check "$app: SIGTERM ends it in time with exit code 0" stops_in_time pipeline-$app
done

# The topics of the scaled set-up have more partitions: only an empty volume gets them.
check 'docker-compose down' "${compose[@]}" down -v -t 15
check 'docker-compose up --scale consumer=3' "${compose[@]}" "${scale[@]}" up -d --scale consumer=3
check 'three consumers are healthy' within 400 three_healthy
check 'three consumers share the work' within 300 work_is_shared
