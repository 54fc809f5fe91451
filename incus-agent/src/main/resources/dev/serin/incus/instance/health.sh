# Asks the URL until it answers 200, while the units stay the same processes.
# url within-ms unit…
url=$1 within_ms=$2
shift 2
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

# Sets status and why.
if command -v curl >/dev/null 2>&1; then
  ask() {
    why=0
    status=$(curl -s -g -o /dev/null -w '%{http_code}' --max-time "$patience" -- "$url" 2>/dev/null) || why=$?
  }
elif command -v wget >/dev/null 2>&1; then
  ask() {
    why=0
    answer=$(wget -S -q -O /dev/null -T "$patience" -t 1 -- "$url" 2>&1) || why=$?
    status=$(printf '%s\n' "$answer" | sed -n 's,^ *HTTP/[0-9.]* \([0-9][0-9][0-9]\).*,\1,p' | head -n 1)
  }
else
  end no-tool
fi

# Which processes the units are now; the first unit that is not up is in $down.
processes() {
  now='' down=''
  for unit in "$@"; do
    read_unit "$unit"
    now="$now $pid/$invocation"
    [ "$active" = active ] || [ -n "$down" ] || down="$unit $active $result $code"
  done
}

processes "$@"
before=$now attempts=0
deadline=$(($(now_ms) + within_ms))
while :; do
  # shellcheck disable=SC2086 # four words
  [ -z "$down" ] || end down $down
  attempts=$((attempts + 1))
  patience=$(((deadline - $(now_ms)) / 1000 + 1))
  [ "$patience" -le 5 ] || patience=5
  [ "$patience" -ge 1 ] || patience=1
  ask
  processes "$@"
  # shellcheck disable=SC2086 # four words
  [ -z "$down" ] || end down $down
  [ "$now" = "$before" ] || end replaced
  [ "$status" != 200 ] || end healthy "$attempts"
  [ "$(now_ms)" -lt "$deadline" ] || end unhealthy "${status:-000}" "$why" "$attempts"
  if [ "$attempts" -lt 50 ]; then sleep 0.1; else sleep 0.5; fi
done
