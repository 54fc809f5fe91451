# Asks the URL once. The answer is told in base64: its first 64 KiB with, at its end or apart, a line
# with the HTTP status and curl's exit code (11 characters).
# url within-ms method body header...: the body in base64, - for none; each header as it is sent
url=$1 within_ms=$2 method=$3 body=$4
shift 4
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
command -v curl >/dev/null 2>&1 || end no-tool

patience=$(printf '%d.%03d' "$((within_ms / 1000))" "$((within_ms % 1000))")
{
  why=0
  # The headers become curl's options, one after the other; the body comes on its standard input.
  n=$#
  while [ "$n" -gt 0 ]; do
    header=$1
    shift
    set -- "$@" -H "$header"
    n=$((n - 1))
  done
  [ "$method" != HEAD ] || set -- "$@" -I -o /dev/null
  [ "$method" = HEAD ] || set -- "$@" -X "$method"
  if [ "$body" = - ]; then
    curl -s -g -w '\n%{http_code}' --max-time "$patience" "$@" -- "$url" 2>/dev/null || why=$?
  else
    printf %s "$body" | base64 -d \
      | curl -s -g -w '\n%{http_code}' --max-time "$patience" --data-binary @- "$@" -- "$url" \
        2>/dev/null || why=$?
  fi
  printf ' %03d' "$why"
} | {
  printf 'body '
  head -c 65536 | base64 | tr -d '\n'
  printf '\nrest '
  tail -c 8 | base64 | tr -d '\n'
  printf '\n'
}
end asked
