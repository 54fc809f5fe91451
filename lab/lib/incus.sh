# shellcheck shell=bash
# The Incus daemon and the fleet's containers.

# Whether an Incus daemon can run here at all: root, Linux, and the right to make namespaces.
incus_can_run() {
  [[ $(uname -s) == Linux ]] && ((EUID == 0)) && unshare --mount --net --pid --fork true 2>/dev/null
}

incus_answers() { timeout 5 incus query /1.0; }

incusd_path() {
  local path
  for path in /usr/libexec/incus/incusd /usr/lib/incus/incusd /opt/incus/bin/incusd /usr/sbin/incusd /usr/bin/incusd; do
    if [[ -x $path ]]; then
      echo "$path"
      return
    fi
  done
  command -v incusd || die "expected the Incus daemon, incusd, in /usr/libexec/incus; it is not there"
}

ensure_incus() {
  if incus_answers >/dev/null 2>&1; then return; fi
  if systemd_is_init; then
    systemctl start incus.socket incus.service
  else
    local path
    path=$(incusd_path)
    INCUS_SECURITY_APPARMOR=false start_daemon incusd "$path" --group incus-admin
  fi
  wait_until 180 "the Incus daemon to answer on its socket" incus_answers
}

# A pool and a profile of our own: nothing of a fleet that is here already is touched.
ensure_incus_basics() {
  incus storage show serin-lab >/dev/null 2>&1 || incus storage create serin-lab dir --quiet >/dev/null
  if ! incus profile show serin-lab >/dev/null 2>&1; then
    incus profile create serin-lab --quiet >/dev/null
    incus profile device add serin-lab root disk path=/ pool=serin-lab --quiet >/dev/null
  fi
}

container_state() { incus list --format csv --columns s "^$1\$" 2>/dev/null; }

# It says at length that there is no network: there is none on purpose, so its output is kept apart.
# Makes the container $1 unless it is there, of the current image.
ensure_container() {
  local name=$1 image
  image=$(image_alias)
  if [[ -n $(container_state "$name") ]]; then
    [[ $(incus config get "$name" user.serin-lab) == yes ]] ||
      die "expected no Incus instance named $name, or one that the lab made; found another's" \
        "rename it, or run the lab on another machine"
    if [[ $(incus config get "$name" user.serin-lab.image) == "$image" ]]; then return; fi
    say "$name is of an older image: making it anew"
    incus delete --force "$name"
  fi
  incus init "$image" "$name" --profile serin-lab --quiet \
    -c user.serin-lab=yes -c "user.serin-lab.image=$image" -c boot.autostart=false \
    >/dev/null 2>"$LAB_RUN/logs/init-$name.log" ||
    die "expected Incus to make $name; it did not" "$(<"$LAB_RUN/logs/init-$name.log")"
}

# add_device CONTAINER DEVICE TYPE KEY=VALUE…: made, or made anew where it differs.
add_device() {
  local name=$1 device=$2 pair
  if incus config device get "$name" "$device" type >/dev/null 2>&1; then
    for pair in "${@:4}"; do
      if [[ $(incus config device get "$name" "$device" "${pair%%=*}") != "${pair#*=}" ]]; then
        incus config device remove "$name" "$device" --quiet >/dev/null
        break
      fi
    done
  fi
  incus config device get "$name" "$device" type >/dev/null 2>&1 ||
    incus config device add "$name" "$device" "${@:3}" --quiet >/dev/null
}

start_container() {
  [[ $(container_state "$1") == RUNNING ]] || incus start "$1" --quiet 2>"$LAB_RUN/logs/start-$1.log" ||
    die "expected $1 to start; it did not" "$(<"$LAB_RUN/logs/start-$1.log")"
}

# ensure_node INDEX ARTIFACT: one backend, with the first release where none is installed.
ensure_node() {
  local name=${NODES[$1]} host=${NODE_HOSTS[$1]} artifact=$2 jdk
  jdk=$(jdk_home)
  ensure_container "$name"
  add_device "$name" jdk disk "source=$jdk" path=/opt/jdk readonly=true
  add_device "$name" http proxy "listen=tcp:$host:8080" connect=tcp:127.0.0.1:8080
  start_container "$name"
  wait_until 30 "$name to run commands" incus exec "$name" -- true
  if [[ -n ${RESET:-} ]]; then
    # What releases kept beside the binary goes too.
    incus exec "$name" -- find "${INSTALL_PATH%/*}" -mindepth 1 -delete
  fi
  if ! incus exec "$name" -- test -x "$INSTALL_PATH"; then
    install_release "$name" "$artifact"
  fi
  incus exec "$name" -- systemctl enable --now --quiet backend-api
}

# As a release would: beside the target, then moved over it.
install_release() {
  local name=$1 artifact=$2
  incus file push --quiet --uid 1001 --gid 1001 --mode 0755 "$artifact" "$name$INSTALL_PATH.lab"
  incus exec "$name" -- sh -c "mv -T $INSTALL_PATH.lab $INSTALL_PATH && { systemctl reset-failed backend-api 2>/dev/null; systemctl restart backend-api; }"
}

# HAProxy in a container, its sockets reached from the host through proxy devices and nothing else.
ensure_haproxy_2() {
  local i
  mkdir -p "$LAB_RUN/haproxy-2"
  ensure_container haproxy-2
  for i in "${!NODES[@]}"; do
    add_device haproxy-2 "${NODES[$i]}" proxy bind=instance \
      "listen=tcp:${NODE_HOSTS[$i]}:8080" "connect=tcp:${NODE_HOSTS[$i]}:8080"
  done
  add_device haproxy-2 front proxy bind=host "listen=tcp:$FRONT_2" connect=tcp:127.0.0.1:8080
  add_device haproxy-2 exporter proxy bind=host "listen=tcp:$EXPORTER_2" connect=tcp:127.0.0.1:8404
  add_device haproxy-2 admin proxy bind=host mode=0660 \
    "listen=unix:$LAB_RUN/haproxy-2/admin.sock" connect=unix:/run/haproxy/admin.sock
  add_device haproxy-2 master proxy bind=host mode=0660 \
    "listen=unix:$LAB_RUN/haproxy-2/master.sock" connect=unix:/run/haproxy-master.sock
  start_container haproxy-2
  wait_until 30 "haproxy-2 to run commands" incus exec haproxy-2 -- true
  incus exec haproxy-2 -- systemctl start haproxy
  if [[ -n ${RESET:-} ]]; then incus exec haproxy-2 -- systemctl reload haproxy; fi
}

container_pid() { incus query "/1.0/instances/$1/state" | sed -n 's/^\t*"pid": \([0-9]*\).*/\1/p'; }
