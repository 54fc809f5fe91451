# shellcheck shell=bash
# A Docker engine: the one that runs, or one started by hand and stopped again. Sourced by `try`.

ENGINE_OURS=""

install_engine() {
  local packages=()
  command -v docker >/dev/null && command -v dockerd >/dev/null || engine_answers || packages+=(docker.io)
  docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null || packages+=(docker-compose)
  command -v kcat >/dev/null || packages+=(kcat)
  ((${#packages[@]} == 0)) && return
  command -v apt-get >/dev/null ||
    die "expected Docker with Compose, and kcat; this machine lacks ${packages[*]} and has no apt-get"
  say "installing ${packages[*]}"
  { apt-get update -q && install_quietly "${packages[@]}"; } >"$work/install.log" 2>&1 ||
    die "expected apt-get to install ${packages[*]}; it failed" "see $work/install.log"
}

engine_answers() { docker info >/dev/null 2>&1; }

start_engine() {
  engine_answers && return
  ((EUID == 0)) || die "expected a Docker engine that answers; starting one takes root"
  say "starting dockerd"
  start_daemon dockerd dockerd
  ENGINE_OURS=yes
  wait_until 60 "dockerd to answer" engine_answers
}

stop_engine() {
  if [[ -n $ENGINE_OURS ]]; then
    stop_daemon dockerd TERM 30
  fi
}

compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose -f "$top/docker-compose.yml" "$@"
  else
    docker-compose -f "$top/docker-compose.yml" "$@"
  fi
}
