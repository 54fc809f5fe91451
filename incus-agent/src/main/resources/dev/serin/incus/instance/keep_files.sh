# Keeps the content of further files as preflight found it, under its digest.
# keep (path digest|-)…
keep=$1
shift
alone
hold
part=''
trap '[ -z "$part" ] || gone "$part"' EXIT
index=0
while [ $# -gt 0 ]; do
  index=$((index + 1))
  wanted=$2
  if [ "$wanted" != - ]; then
    copy=$(kept "$1" "$wanted")
    if [ "$(digest "$copy")" != "$wanted" ]; then
      enter "$1"
      case $now in "$wanted "*) ;; *) end foreign "$index" ;; esac
      part=$held/keep-$token
      (umask 077 && cat -- "./$base" >"$part")
      [ "$(digest "$part")" = "$wanted" ] || end foreign "$index"
      move "$part" "$copy"
    fi
    # The newest, for the order in which old ones go.
    touch -- "$copy"
    key=${copy##*/}
    key=${key%"$wanted"}
    count=0
    ls -1t -- "$held" | while IFS= read -r file; do
      case $file in "$key"*) ;; *) continue ;; esac
      count=$((count + 1))
      [ "$count" -le "$keep" ] || [ "$held/$file" = "$copy" ] || rm -f -- "$held/$file"
    done
  fi
  shift 2
done
# What is changed from now on is newer than this.
touch -- "$held/kept"
end kept
