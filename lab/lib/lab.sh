# shellcheck shell=bash
# shellcheck disable=SC2034 # the places are for those who source this
# What every script of the lab shares: places, output, and processes that it started itself.

# shellcheck source=lib/java.sh
source "$(dirname "${BASH_SOURCE[0]}")/java.sh"

if ((EUID == 0)); then
  LAB_HOME=${SERIN_LAB_HOME:-/var/lib/serin-lab}
  LAB_RUN=${SERIN_LAB_RUN:-/run/serin-lab}
else
  LAB_HOME=${SERIN_LAB_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/serin-lab}
  LAB_RUN=${SERIN_LAB_RUN:-${XDG_RUNTIME_DIR:-/tmp}/serin-lab-$UID}
fi
NODES=(backend-api-1 backend-api-2 backend-api-3)
NODE_HOSTS=(127.0.0.11 127.0.0.12 127.0.0.13)
FRONT_1=127.0.0.1:18080
FRONT_2=127.0.0.1:18081
STATS_1=127.0.0.1:19999
EXPORTER_1=127.0.0.1:18404
EXPORTER_2=127.0.0.1:18405
PROMETHEUS=127.0.0.1:19090
INSTALL_PATH=/opt/serin-lab/backend-api/backend-api
FIRST_VERSION=v1.0.0

say() { printf '  %s\n' "$*"; }
warn() { printf '  ! %s\n' "$*" >&2; }
die() {
  printf 'lab: %s\n' "$1" >&2
  shift
  printf '     %s\n' "$@" >&2
  exit 1
}

# One `up` or `down` at a time; the lock goes with the process. macOS has no flock: there it is left.
take_lock() {
  mkdir -p "$LAB_HOME" "$LAB_RUN/pids" "$LAB_RUN/logs"
  command -v flock >/dev/null || return 0
  exec 9>"$LAB_HOME/lock"
  if ! flock -n 9; then
    say "waiting for another lab/up or lab/down to end"
    flock 9
  fi
}

# The moment a process started: with its pid it names the process, also when pids come round again.
started_at() { LC_ALL=C ps -o lstart= -p "$1" 2>/dev/null | tr -s ' '; }

# Whether the daemon $1 that the lab started still runs.
runs() {
  local pid="" start=""
  [[ -r $LAB_RUN/pids/$1 ]] || return 1
  { read -r pid && read -r start; } <"$LAB_RUN/pids/$1" || return 1
  # One that has died and was not collected yet (Z) runs no more.
  [[ -n $start && $(started_at "$pid" | sed 's/^ //') == "$start" ]] &&
    [[ $(ps -o stat= -p "$pid" 2>/dev/null) != Z* ]]
}

pid_of() { head -n 1 "$LAB_RUN/pids/$1"; }

# start_daemon NAME COMMAND…: beside this shell, its output in logs/NAME.log. setsid is not on macOS.
# It works in /: HAProxy's master can't reload once the directory that it was started in is gone.
start_daemon() {
  local name=$1 pid here=$PWD
  shift
  cd /
  command -v setsid >/dev/null && set -- setsid "$@"
  "$@" >>"$LAB_RUN/logs/$name.log" 2>&1 </dev/null 9>&- &
  pid=$!
  cd "$here"
  disown "$pid"
  printf '%s\n%s\n' "$pid" "$(started_at "$pid" | sed 's/^ //')" >"$LAB_RUN/pids/$name"
}

# stop_daemon NAME [SIGNAL] [SECONDS]: only if it is the very process that the lab started.
stop_daemon() {
  local name=$1 signal=${2:-TERM} seconds=${3:-10} pid
  if runs "$name"; then
    pid=$(pid_of "$name")
    kill -s "$signal" "$pid"
    for ((i = 0; i < seconds * 20; i++)); do
      runs "$name" || break
      sleep 0.05
    done
    if runs "$name"; then kill -s KILL "$pid"; fi
    say "stopped $name (pid $pid)"
  fi
  rm -f "$LAB_RUN/pids/$name"
}

random_token() { head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

# wait_until SECONDS WHAT COMMAND…: or die saying what was awaited.
wait_until() {
  local seconds=$1 what=$2 end
  shift 2
  end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || die "expected $what within $seconds s; it is not" "logs: $LAB_RUN/logs"
    sleep 0.1
  done
}

# write FILE: standard input to FILE; fails (1) when it was the same already.
write() {
  local new
  new=$(cat)
  if [[ -f $1 && $(<"$1") == "$new" ]]; then return 1; fi
  printf '%s\n' "$new" >"$1.part"
  mv "$1.part" "$1"
}
