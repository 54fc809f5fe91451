# Gives further files the content, owner and mode that they are to have, one after the other; `-` for
# no file. A file that has neither those nor the other ones that it may have is somebody else's, and
# then none is touched. Where the content of one is not on the node it is asked for, and none is
# touched either. `back` is the way back: where none was touched since they were kept there is nothing to
# take back from somebody else, and theirs is left. `look` is the same, and ends before it touches any.
# look|back|place (path digest|- uid gid mode other-digest|- other-uid other-gid other-mode node-artifact|-)…
how=$1
shift
alone
# A binary that ran the disk full on its way here would keep even a small file from its place.
clean
hold
# What earlier tries of others left behind.
for file in "$held/part-"*; do
  case $file in "$held/part-$token-"*) ;; *) gone "$file" ;; esac
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

# Whether it may be one of ours: neither a link nor a directory, and in a directory without links.
is_known() { case $kind in absent | file) ;; *) return 1 ;; esac; }

# INDEX: what was looked at is somebody else's. The first of them is told, unless they are left.
foreign() {
  [ -z "$stop" ] && [ "$left" = no ] || return 0
  if is_known; then
    stop="foreign $1 ${now%% *}"
  else
    stop="refused $1 $kind"
  fi
}

# Ends where something was somebody else's, and says whether others are as they are to be already.
stopped() {
  [ -n "$stop" ] || return 0
  [ "$already" = no ] || say already yes
  # Its words are plain.
  # shellcheck disable=SC2086
  end $stop
}

# Looks at all of them before anything is done.
check() {
  enter "$2"
  if ! is_known; then
    foreign "$1"
    return 0
  fi
  # What a try before this one left behind may be secret.
  gone "./.$base.serin-"*
  case $2 in */systemd/*) units=yes ;; esac
  wanted=$(state "$3" "$4" "$5" "$6") || exit 1
  other=$(state "$7" "$8" "$9" "${10}") || exit 1
  if [ "$now" = "$wanted" ]; then
    [ "$wanted" = "$other" ] || already=yes
    return 0
  elif [ "$now" != "$other" ]; then
    foreign "$1"
    return 0
  fi
  todo=yes
  if [ "$3" != - ] && [ -z "$(content "$1" "$2" "$3" "${11}")" ]; then
    lacking=yes
    say need "$1" "$held/part-$token-$1"
  fi
}

# INDEX: what was looked at stays as it is, or ends it all.
leave() {
  foreign "$1"
  stopped
  say placed "$1" "$now"
}

place() {
  enter "$2"
  # Since the look at it, a directory may have become a link to another one.
  if ! is_known; then
    leave "$1"
    return 0
  fi
  wanted=$(state "$3" "$4" "$5" "$6") || exit 1
  if [ "$now" != "$wanted" ]; then
    other=$(state "$7" "$8" "$9" "${10}") || exit 1
    if [ "$now" != "$other" ]; then
      leave "$1"
      return 0
    fi
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
trap '[ -z "$part" ] || gone "./$part"' EXIT

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

units=no todo=no lacking=no already=no stop='' left=no
[ "$how" = place ] || ! untouched || left=yes
each check "$@"
stopped
[ "$lacking" = no ] || end lacking
[ "$how" != look ] || end ready
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
gone "$held/part-"*
end placed
