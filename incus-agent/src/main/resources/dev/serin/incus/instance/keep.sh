# Keeps the installed binary under its digest, and as `previous`.
# wanted keep previous|-
wanted=$1 keep=$2 previous=$3
alone
kept=$store/$name-$wanted
installed=$(digest "$target")
if [ "$(digest "$kept")" != "$wanted" ]; then
  [ "$installed" = "$wanted" ] || end other "${installed:--}"
  clean
  trap 'gone "$part"' EXIT
  cp -a -- "$target" "$part"
  copied=$(digest "$part")
  [ "$copied" = "$wanted" ] || end other "${copied:--}"
  move "$part" "$kept"
fi
# The newest, for the order in which old ones go.
touch -- "$kept"

if [ "$previous" != - ]; then
  gone "${previous%/*}/.${previous##*/}.serin-"*
  if [ "$(digest "$previous")" != "$wanted" ] || [ -L "$previous" ]; then
    part=${previous%/*}/.${previous##*/}.serin-$token
    trap 'gone "$part"' EXIT
    cp -a -- "$kept" "$part"
    move "$part" "$previous"
  fi
fi

# Old ones go, newest last: never the one just kept, never the one installed.
count=0
ls -1t -- "$store" | while IFS= read -r file; do
  sum=${file#"$name"-}
  case $sum in "$file" | *[!0-9a-f]*) continue ;; esac
  [ ${#sum} -eq 64 ] || continue
  count=$((count + 1))
  [ "$count" -le "$keep" ] || [ "$sum" = "$wanted" ] || [ "$sum" = "$installed" ] ||
    rm -f -- "$store/$file"
done
say path "$kept"
end kept
