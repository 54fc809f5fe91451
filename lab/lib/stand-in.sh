# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with lab/up
# The fleet where no Incus daemon can run: the lab's own Incus API server keeps each instance as a
# directory and a process; HAProxy and Prometheus are the real ones. haproxy-2 needs a container.

stand_in_fleet() {
  COMMANDS=(haproxy prometheus socat curl)
  if ((EUID == 0)) && command -v apt-get >/dev/null; then
    install_packages
  else
    stand_in_needs
  fi
  check_addresses
  ensure_built
  bake_first_release
  ensure_stand_in
  ensure_haproxy_1
  ensure_prometheus
  wait_until 30 "all nodes well in haproxy-1" all_well "$LAB_RUN/haproxy-1/admin.sock"
  write_serin_yaml
  stand_in_summary
}

stand_in_needs() {
  local missing advice="sudo apt-get install haproxy prometheus socat curl"
  missing=$(missing_commands)
  if [[ $(uname -s) == Darwin ]]; then
    advice="brew install haproxy prometheus socat curl coreutils bash"
    # The agents' scripts are written for GNU's tools.
    export PATH
    PATH=$(brew --prefix 2>/dev/null || echo /opt/homebrew)/opt/coreutils/libexec/gnubin:$PATH
  fi
  [[ -z $missing ]] || die "expected the commands ${missing//$'\n'/ } on the PATH; they are not" "install them: $advice"
}

# Each node has a loopback address of its own. Linux has all of 127.0.0.0/8, macOS only the first.
check_addresses() {
  local host
  [[ $(uname -s) != Linux ]] || return 0
  for host in "${NODE_HOSTS[@]}"; do
    ifconfig lo0 | grep -q "inet $host " || die "expected the loopback addresses ${NODE_HOSTS[*]}; $host is missing" \
      "sudo ifconfig lo0 alias $host up, for each"
  done
}

ensure_stand_in() {
  local i dir args=()
  if runs stand-in && [[ -z ${RESET:-} ]]; then return; fi
  stop_daemon stand-in >/dev/null
  for i in "${!NODES[@]}"; do
    dir=$LAB_HOME/instances/${NODES[$i]}/opt/serin-lab/backend-api
    [[ -z ${RESET:-} ]] || rm -rf "$dir"
    mkdir -p "$dir"
    [[ -x $dir/backend-api ]] || install -m 755 "$first_release" "$dir/backend-api"
    args+=(--instance "${NODES[$i]}=${NODE_HOSTS[$i]}:8080")
  done
  start_daemon stand-in "$(jdk_home)/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m \
    -cp "$LAB_DIR/target/classes:$LAB_DIR/target/lib/*" dev.serin.lab.incus.StandIn \
    --socket "$INCUS_SOCKET" --directory "$LAB_HOME/instances" --java "$(jdk_home)/bin/java" "${args[@]}"
  wait_until 20 "the Incus stand-in to answer on $INCUS_SOCKET" \
    curl -sf --unix-socket "$INCUS_SOCKET" http://stand-in/1.0
}

unit_pid() {
  curl -s --unix-socket "$INCUS_SOCKET" "http://stand-in/1.0/instances/$1/state" | sed -n 's/.*"pid":\([0-9]*\).*/\1/p'
}

stand_in_summary() {
  local i
  printf '\n  The fleet is up (%s s), on the Incus stand-in: no daemon, each node a directory and a process.\n\n' "$SECONDS"
  printf '  %-14s %-8s %-27s %s\n' daemon version address ''
  printf '  %-14s %-8s %-27s pid %s\n' stand-in - "$INCUS_SOCKET" "$(pid_of stand-in)"
  printf '  %-14s %-8s %-27s pid %s, admin.sock and tcp %s\n' haproxy-1 \
    "$(version_of_daemon haproxy -v)" "http://$FRONT_1" "$(pid_of haproxy-1)" "$STATS_1"
  printf '  %-14s %-8s %-27s pid %s, scrapes every second\n\n' prometheus \
    "$(version_of_daemon prometheus --version)" "http://$PROMETHEUS" "$(pid_of prometheus)"
  printf '  %-14s %-8s %-27s %s\n' node release address process
  for i in "${!NODES[@]}"; do
    printf '  %-14s %-8s %-27s pid %s\n' "${NODES[$i]}" "$(release_on "${NODE_HOSTS[$i]}")" \
      "http://${NODE_HOSTS[$i]}:8080" "$(unit_pid "${NODES[$i]}")"
  done
  next_steps
  tell_who_is_out haproxy-1
}
