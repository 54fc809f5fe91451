# Gives further files the content, owner and mode that they are to have, one after the other; `-` for
# no file. A file that has neither those nor the other ones that it may have is somebody else's, and
# then none is touched. Where the content of one is not on the node it is asked for, and none is
# touched either. `look` ends before the first of them is touched.
# look|place (path digest|- uid gid mode other-digest|- other-uid other-gid other-mode node-artifact|-)…
how=$1
shift
alone
# A binary that ran the disk full on its way here would keep even a small file from its place.
clean
hold
# What earlier tries of others left behind.
for file in "$held/part-"*; do
  case $file in "$held/part-$token-"*) ;; *) rm -f -- "$file" ;; esac
done

# INDEX PATH DIGEST SOURCE|-: a file with that content; nothing where there is none.
content() {
  for file in "$(kept "$2" "$3")" "$held/part-$token-$1" "$4"; do
    if [ "$file" != - ] && [ "$(digest "$file")" = "$3" ]; then
      printf %s "$file"
      return 0
    fi
  done
}

# Looks at all of them before anything is done.
check() {
  enter "$2"
  case $kind in absent | file) ;; *) end refused "$1" "$kind" ;; esac
  case $2 in */systemd/*) units=yes ;; esac
  wanted=$(state "$3" "$4" "$5" "$6") || exit 1
  [ "$now" != "$wanted" ] || return 0
  other=$(state "$7" "$8" "$9" "${10}") || exit 1
  [ "$now" = "$other" ] || end foreign "$1" "${now%% *}"
  todo=yes
  if [ "$3" != - ] && [ -z "$(content "$1" "$2" "$3" "${11}")" ]; then
    lacking=yes
    say need "$1" "$held/part-$token-$1"
  fi
}

place() {
  enter "$2"
  # Since the look at it, a directory may have become a link to another one.
  case $kind in absent | file) ;; *) end refused "$1" "$kind" ;; esac
  # What a try before this one left behind may be secret.
  rm -f -- "./.$base.serin-"*
  wanted=$(state "$3" "$4" "$5" "$6") || exit 1
  if [ "$now" != "$wanted" ]; then
    other=$(state "$7" "$8" "$9" "${10}") || exit 1
    [ "$now" = "$other" ] || end foreign "$1" "${now%% *}"
    if [ "$3" = - ]; then
      rm -f -- "./$base"
    else
      write "$(content "$1" "$2" "$3" "${11}")" "$3" "$4" "$5" "$6"
    fi
    sync -- .
  fi
  say placed "$1" "$wanted"
}

# FROM DIGEST UID GID MODE: whoever may write to this directory may put a link in place of what is
# written here, so it is reached by its descriptor alone.
write() {
  user=$(number passwd "$3") || exit 1
  group=$(number group "$4") || exit 1
  part=.$base.serin-$token
  set -C
  exec 8>"./$part"
  set +C
  # A pipe or a device opens as well.
  [ -f /proc/self/fd/8 ] || {
    echo "something else is in the way of $base" >&2
    exit 1
  }
  chmod 0600 /proc/self/fd/8
  cat -- "$1" >&8
  chown -- "$user:$group" /proc/self/fd/8
  chmod -- "$5" /proc/self/fd/8
  exec 8>&-
  [ "$(digest "./$part")" = "$2" ] || {
    echo "its content changed on the way to $base" >&2
    exit 1
  }
  sync -- "./$part"
  mv -fT -- "./$part" "./$base"
  part=''
}

part=''
umask 077
trap '[ -z "$part" ] || rm -f -- "./$part"' EXIT

# STEP …: for each file.
each() {
  step=$1 index=0
  shift
  while [ $# -gt 0 ]; do
    index=$((index + 1))
    "$step" "$index" "$@"
    shift 10
  done
}

units=no todo=no lacking=no
each check "$@"
[ "$lacking" = no ] || end lacking
[ "$how" = place ] || end ready
if [ "$todo" = yes ]; then
  # Cut off from here on, a repeat knows that something changed.
  : >"$pending"
  sync -- "$held/"
fi
each place "$@"
if [ -e "$pending" ]; then
  [ "$units" = no ] || systemctl daemon-reload
  # Units that were started before this run with what was there before.
  touch -- "$pending"
  mv -fT -- "$pending" "$held/changed"
  sync -- "$held/"
fi
rm -f -- "$held/part-"*
end placed
