# Asks the URL once. The answer is told in base64: its first 64 KiB with, at its end or apart, a line
# with the HTTP status and curl's exit code (11 characters).
# url within-ms
url=$1 within_ms=$2
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
command -v curl >/dev/null 2>&1 || end no-tool

patience=$(printf '%d.%03d' "$((within_ms / 1000))" "$((within_ms % 1000))")
{
  why=0
  curl -s -g -w '\n%{http_code}' --max-time "$patience" -- "$url" 2>/dev/null || why=$?
  printf ' %03d' "$why"
} | {
  printf 'body '
  head -c 65536 | base64 | tr -d '\n'
  printf '\nrest '
  tail -c 8 | base64 | tr -d '\n'
  printf '\n'
}
end asked
