# shellcheck shell=bash
# The daemons on the host: HAProxy haproxy-1 and Prometheus. Each configuration is written anew; a
# daemon whose configuration changed is reloaded, one that is gone is started.

# fill TEMPLATE: @RUN@ and the addresses put in, @SERVERS@ one line a node.
fill() {
  local line i
  while IFS= read -r line; do
    if [[ $line == @SERVERS@ ]]; then
      for i in "${!NODES[@]}"; do
        echo "    server ${NODES[$i]} ${NODE_HOSTS[$i]}:8080 cookie ${NODES[$i]}"
      done
      continue
    fi
    line=${line//@RUN@/$LAB_RUN}
    line=${line//@FRONT@/$FRONT_1}
    line=${line//@STATS@/$STATS_1}
    echo "${line//@EXPORTER@/$EXPORTER_1}"
  done <"$1"
}

ensure_haproxy_1() {
  local dir=$LAB_RUN/haproxy-1 changed=""
  mkdir -p "$dir"
  # HAProxy does not start when a map's file is missing.
  [[ -e $dir/leaving.map ]] || : >"$dir/leaving.map"
  if fill "$LAB_DIR/fleet/haproxy-1.cfg.in" | write "$dir/haproxy.cfg"; then changed=yes; fi
  haproxy -c -q -f "$dir/haproxy.cfg" || die "expected a valid $dir/haproxy.cfg; HAProxy refuses it"
  if ! runs haproxy-1; then
    start_daemon haproxy-1 haproxy -W -S "$dir/master.sock,mode,660" -f "$dir/haproxy.cfg"
  elif [[ -n $changed || -n ${RESET:-} ]]; then
    kill -s USR2 "$(pid_of haproxy-1)"
    sleep 1
  fi
  wait_until 10 "haproxy-1 to answer on $dir/admin.sock" haproxy_says "$dir/admin.sock" "show info"
}

# haproxy_says SOCKET COMMAND. shut-none: an Incus proxy device loses the reply of a connection that
# is half closed.
haproxy_says() { echo "$2" | socat -t 5 - "UNIX-CONNECT:$1,shut-none"; }

# "name status" of each of the pool's servers, one a line.
server_statuses() {
  haproxy_says "$1" "show stat" | awk -F, '
    /^# / { for (i = 1; i <= NF; i++) column[$i] = i; next }
    $1 == "api_pool" && $2 != "BACKEND" { print $2, $column["status"] }'
}

# Whether each server passes its health check, or was taken out by hand (drain, maint).
all_well() {
  local statuses
  statuses=$(server_statuses "$1")
  [[ $(grep -cE ' (UP|DRAIN|MAINT|NOLB)$' <<<"$statuses") -eq ${#NODES[@]} ]]
}

# What somebody took out stays out; it is only told.
tell_who_is_out() {
  local name status
  while read -r name status; do
    [[ $status == UP ]] || warn "$name is $status in $1; lab/up --reset takes it back"
  done < <(server_statuses "$LAB_RUN/$1/admin.sock")
}

prometheus_config() {
  local i
  cat <<YAML
global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
scrape_configs:
  - job_name: backend-api
    static_configs:
YAML
  for i in "${!NODES[@]}"; do
    printf '      - {targets: ["%s:8080"], labels: {node: %s}}\n' "${NODE_HOSTS[$i]}" "${NODES[$i]}"
  done
  cat <<YAML
  - job_name: haproxy
    static_configs:
      - {targets: ["$EXPORTER_1"], labels: {load_balancer: haproxy-1}}
YAML
  [[ -n ${STAND_IN:-} ]] || echo "      - {targets: [\"$EXPORTER_2\"], labels: {load_balancer: haproxy-2}}"
}

ensure_prometheus() {
  local dir=$LAB_RUN/prometheus changed=""
  mkdir -p "$dir" "$LAB_HOME/prometheus"
  if prometheus_config | write "$dir/prometheus.yml"; then changed=yes; fi
  if ! runs prometheus; then
    start_daemon prometheus prometheus --config.file="$dir/prometheus.yml" \
      --web.listen-address="$PROMETHEUS" --storage.tsdb.path="$LAB_HOME/prometheus" \
      --storage.tsdb.retention.time=6h --query.lookback-delta=30s --log.level=warn
  elif [[ -n $changed ]]; then
    kill -s HUP "$(pid_of prometheus)"
  fi
  wait_until 90 "Prometheus to be ready at $PROMETHEUS" curl -sf "http://$PROMETHEUS/-/ready"
}

# What the lab's other scripts have to know of a fleet that is up.
write_fleet_env() {
  printf 'INCUS_SOCKET=%q\nSTAND_IN=%q\n' "$INCUS_SOCKET" "$STAND_IN" | write "$LAB_RUN/fleet.env" || true
}

# What `serin standalone --config` needs to drive this fleet.
write_serin_yaml() {
  cat <<YAML | write "$LAB_RUN/serin.yaml" || true
# Serin's configuration for the lab's fleet. Written by lab/up.
serin:
  data: $LAB_RUN/serin-data
  haproxy:
    load-balancers:
      haproxy-1:
        runtime: "unix:$LAB_RUN/haproxy-1/admin.sock"
        url: "http://$FRONT_1"
        leaving-map: $LAB_RUN/haproxy-1/leaving.map
        master: "unix:$LAB_RUN/haproxy-1/master.sock"
$(haproxy_2_yaml)
  incus:
    servers:
      default: {url: "unix:$INCUS_SOCKET", project: default}
  prometheus: {url: "http://$PROMETHEUS"}
  artifacts: {token: "$(lab_token)"}
YAML
}

# The same for coordinator and incus-agent where they are processes of their own, and over restarts.
lab_token() {
  [[ -s $LAB_RUN/token ]] || (umask 077 && random_token >"$LAB_RUN/token")
  cat "$LAB_RUN/token"
}

haproxy_2_yaml() {
  [[ -n ${STAND_IN:-} ]] && return
  cat <<YAML
      haproxy-2:
        runtime: "unix:$LAB_RUN/haproxy-2/admin.sock"
        url: "http://$FRONT_2"
        leaving-map: /etc/haproxy/leaving.map
        master: "unix:$LAB_RUN/haproxy-2/master.sock"
YAML
}
