# Tells what is there and changes nothing.
# previous|- uid gid node-artifact|- node-rollback-artifact|- unit…
previous=$1 uid=$2 gid=$3 artifact=$4 rollback=$5
shift 5

# KEY FILE: what kind of file that is.
kind() {
  if [ -L "$2" ] && [ "$1" = binary ]; then
    say "$1" link "$(readlink -- "$2")"
  elif [ ! -e "$2" ]; then
    say "$1" missing
  elif [ -d "$2" ]; then
    say "$1" directory
  elif [ ! -f "$2" ]; then
    say "$1" special
  elif [ ! -r "$2" ]; then
    say "$1" unreadable
  else
    say "$1" file
    say "$1-size" "$(size "$2")"
    say "$1-digest" "$(digest "$2")"
  fi
}

# A command's fence is of the coordinator's clock, and compared with this one.
[ "$fence" -le "$(($(now_ms) + 3600000))" ] || say clock-behind "$(now_ms)"

kind binary "$target"
if [ "$previous" != - ]; then
  kind previous "$previous"
  [ -d "${previous%/*}/" ] || say previous-directory missing
fi
# KEY FILE
executable() {
  [ "$2" != - ] || return 0
  kind "$1" "$2"
  [ ! -r "$2" ] || [ ! -f "$2" ] ||
    say "$1-magic" "$(head -c 4 -- "$2" | od -An -tx1 | tr -d ' \n')"
}
executable artifact "$artifact"
executable rollback "$rollback"
if [ -d "$dir" ]; then
  say free-kib "$(df -Pk -- "$dir" | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4)"
  [ -w "$dir" ] || say directory read-only
else
  say directory missing
fi
case $uid in *[!0-9]*) getent passwd "$uid" >/dev/null 2>&1 || say user missing ;; esac
case $gid in *[!0-9]*) getent group "$gid" >/dev/null 2>&1 || say group missing ;; esac
for tool in curl wget systemctl flock; do
  ! command -v "$tool" >/dev/null 2>&1 || say tool "$tool"
done
command -v systemctl >/dev/null 2>&1 || end looked
boot
for unit in "$@"; do
  read_unit "$unit"
  say unit "$unit" "$load" "$active" "${sub:-none}"
  identify "$unit"
  [ "$reload" != yes ] || say unit-file-changed "$unit"
  if [ "$active" = active ] && [ -f "$target" ] && ! runs_installed; then say older "$unit"; fi
done
end looked
