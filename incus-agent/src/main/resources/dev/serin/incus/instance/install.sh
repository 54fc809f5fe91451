# Moves what was put beside the target over it, once its digest is right.
# wanted uid gid mode
wanted=$1 uid=$2 gid=$3 mode=$4
alone
if [ "$(digest "$target")" = "$wanted" ]; then
  gone "$part"
  say size "$(size "$target")"
  end installed
fi
[ -f "$part" ] || end lost
trap 'gone "$part"' EXIT
found=$(digest "$part")
[ "$found" = "$wanted" ] || end broken "${found:--}"
chown -- "$uid:$gid" "$part"
chmod -- "$mode" "$part"
move "$part" "$target"
say size "$(size "$target")"
end installed
