# shellcheck shell=bash
# Installs what the lab runs, on Debian and Ubuntu; elsewhere it says what to install.

COMMANDS=(haproxy prometheus kcat socat wrk curl debootstrap mksquashfs incus)

systemd_is_init() { [[ -d /run/systemd/system ]]; }

missing_commands() {
  local command
  for command in "${COMMANDS[@]}"; do
    command -v "$command" >/dev/null || echo "$command"
  done
}

package_of() {
  case $1 in
    mksquashfs) echo squashfs-tools ;;
    *) echo "$1" ;;
  esac
}

install_packages() {
  local missing packages=() command
  missing=$(missing_commands)
  [[ -n $missing ]] || return 0
  for command in $missing; do packages+=("$(package_of "$command")"); done
  if ! command -v apt-get >/dev/null; then
    die "expected the commands ${missing//$'\n'/ } on the PATH, and this machine has no apt-get" \
      "install them with its package manager: ${packages[*]}" \
      "(incus: https://linuxcontainers.org/incus/docs/main/installing/)" \
      "or run lab/up --stand-in, which needs haproxy, prometheus, curl and socat only"
  fi
  say "installing ${packages[*]}"
  local log=$LAB_HOME/install.log
  {
    apt-get update -q
    if [[ " ${packages[*]} " == *" incus "* ]]; then find_incus; fi
    install_quietly "${packages[@]}"
  } >"$log" 2>&1 || die "expected apt-get to install ${packages[*]}; it failed" "see $log"
}

# Debian 12 has incus in its backports: added beside the mirror that this machine uses already.
find_incus() {
  local codename mirror key signed=""
  if apt-cache show incus >/dev/null 2>&1; then return; fi
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(own_mirror "$codename")
  key=/usr/share/keyrings/debian-archive-keyring.gpg
  [[ -r $key ]] && signed="[signed-by=$key] "
  echo "deb $signed$mirror $codename-backports main" >/etc/apt/sources.list.d/serin-lab-backports.list
  apt-get update -q
}

# The URI that this machine's own apt sources have for the suite $1.
own_mirror() {
  local mirror
  # shellcheck disable=SC2016 # apt-get expands these
  mirror=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    sed -n "s/^$1 main //p" | head -n 1)
  [[ -n $mirror ]] || die "expected this machine's apt sources to have the suite $1, component main; they don't"
  echo "$mirror"
}

# Debian starts a daemon when its package is installed. The lab starts its own, so policy-rc.d
# forbids it for so long, and where systemd is there the new units are left disabled.
install_quietly() {
  local policy=/usr/sbin/policy-rc.d ours="" unit new_units=() options=() rc=0
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    ours=yes
  fi
  for unit in haproxy prometheus; do
    [[ " $* " == *" $unit "* ]] && new_units+=("$unit.service")
  done
  if [[ -e /etc/apt/sources.list.d/serin-lab-backports.list && " $* " == *" incus "* ]]; then
    # shellcheck source=/dev/null
    options=(-t "$(. /etc/os-release && echo "$VERSION_CODENAME")-backports")
    # Only incus from there.
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
      "${options[@]}" incus incus-client || rc=$?
    local others=() package
    for package in "$@"; do [[ $package == incus ]] || others+=("$package"); done
    set -- "${others[@]}"
  fi
  if (($# > 0 && rc == 0)); then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" || rc=$?
  fi
  [[ -z $ours ]] || rm -f "$policy"
  if ((rc == 0)) && systemd_is_init && ((${#new_units[@]} > 0)); then
    systemctl disable "${new_units[@]}" || true
  fi
  return "$rc"
}
