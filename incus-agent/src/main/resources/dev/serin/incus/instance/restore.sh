# Puts the binary with the wanted digest back, from what is on the node. A unit=digest among the known
# ones is a unit with the digest of its file as preflight found it.
# wanted previous|- uid gid mode known…
wanted=$1 previous=$2 uid=$3 gid=$4 mode=$5
shift 5
alone
installed=$(digest "$target")
# An old binary does not go with a unit file that somebody else has written since.
for word in "$@"; do
  case $word in
    *=*)
      read_unit "${word%=*}"
      [ "$(unit_file "${word%=*}")" = "${word##*=}" ] || {
        [ "$installed" != "$wanted" ] || say back yes
        end foreign-unit "${word%=*}"
      }
      ;;
  esac
done
if [ "$installed" = "$wanted" ]; then
  clean
  end restored installed
fi
# Somebody else's binary is theirs. None at all is nobody's: a copy that broke off, or a disk's trouble.
known=no
for word in "$@"; do
  case $word in
    *=*) ;;
    *) known=yes ;;
  esac
done
if [ "$known" = yes ] && [ -n "$installed" ]; then
  for digest in "$@"; do
    [ "$installed" != "$digest" ] || installed=''
  done
  [ -z "$installed" ] || end foreign "$installed"
fi
clean
trap 'gone "$part"' EXIT

# FILE: a copy of it is beside the target, and has the wanted digest. On a full disk a second name
# of the same file has to do.
copied() {
  gone "$part"
  [ -f "$1" ] && [ "$(digest "$1")" = "$wanted" ] || return 1
  cp -a -- "$1" "$part" || { rm -f -- "$part" && ln -- "$1" "$part"; } || return 1
  [ "$(digest "$part")" = "$wanted" ]
}

if copied "$store/$name-$wanted"; then
  # Owner and mode are those that it had.
  move "$part" "$target"
  end restored kept
fi
if [ "$previous" != - ] && copied "$previous"; then
  chown -- "$uid:$gid" "$part"
  chmod -- "$mode" "$part"
  move "$part" "$target"
  end restored previous
fi
end none
