# Restarts the units that don't run the installed binary yet, and waits until all are really up:
# active, with a process that has lived for the settling time.
# settle-ms limit-ms stale|down outworn unit…
# down: a unit that runs is left alone, whatever it runs.
# outworn: starts that shall not go on though they run it, invocation ids with commas; - for none.
settle_ms=$1 limit_ms=$2 which=$3 outworn=$4
shift 4
[ -f "$target" ] || end missing

stale() {
  case ,$outworn, in *,"${invocation:-none}",*) return 0 ;; esac
  [ "$sub" != auto-restart ] || return 0
  if [ "$which" = down ]; then
    case $active in active | activating | reloading) return 1 ;; esac
    return 0
  fi
  ! runs_installed
}

# An old restart that was held up must not end the process of a newer command.
alone
restarts_before=0
changed=no
for unit in "$@"; do
  read_unit "$unit"
  [ "$load" = loaded ] || end unknown "$unit" "$load"
done
for unit in "$@"; do
  [ $# -eq 1 ] || read_unit "$unit"
  if stale; then
    # A crash loop that ran into its start limit would refuse the good binary too.
    systemctl reset-failed -- "$unit" 2>/dev/null || :
    # Not waited for here: a stop may last as long as the unit's own time-out.
    systemctl --no-block restart -- "$unit"
    changed=yes
  else
    restarts_before=$((restarts_before + restarts))
  fi
done

# What is left is waiting.
exec 9<&-

# UNIT: it crashed. While systemd tries again its last end isn't told, the next one soon is.
crashed() {
  tries=0
  while [ "$result" = success ] && [ "$active" != inactive ] && [ "$tries" -lt 5 ]; do
    sleep 0.1
    tries=$((tries + 1))
    read_unit "$1"
  done
  end crashed "$1" "${result:-unknown}" "$code"
}

deadline=$(($(now_ms) + limit_ms))
while :; do
  up=yes restarts_now=0 waiting='' pause_ms=100 seen=''
  for unit in "$@"; do
    read_unit "$unit"
    seen="$seen
unit $unit $pid $invocation"
    if [ -n "$job" ]; then
      up=no waiting="$unit $active $sub"
      continue
    fi
    restarts_now=$((restarts_now + restarts))
    case $active/$sub in
      active/*) ;;
      */auto-restart* | failed/* | inactive/*) crashed "$unit" ;;
      *)
        up=no waiting="$unit $active $sub"
        continue
        ;;
    esac
    [ "$restarts_now" -le "$restarts_before" ] || crashed "$unit"
    left_ms=$((settle_ms - ($(now_ms) - $(started_us) / 1000)))
    if [ "$left_ms" -gt 0 ]; then
      up=no waiting="$unit $active $sub"
      [ "$left_ms" -ge "$pause_ms" ] || pause_ms=$left_ms
    fi
  done
  [ "$up" = no ] || break
  # shellcheck disable=SC2086 # three words
  [ "$(now_ms)" -lt "$deadline" ] || end slow $waiting
  sleep "$(printf '0.%03d' "$pause_ms")"
done
say "${seen#?}"
for unit in "$@"; do
  [ $# -eq 1 ] || read_unit "$unit"
  identify "$unit"
done
boot
end up "$changed"
