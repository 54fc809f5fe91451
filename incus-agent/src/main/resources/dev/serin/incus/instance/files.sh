# What the scripts about further files begin with, after lib.sh. What is kept of files, and what is
# on its way to its place, may be secret: root alone may look into that folder.
held=$store/.$name.files
pending=$held/pending

# FILE: when it was changed, in microseconds.
changed_at() {
  at=$(stat -c %.6Y -- "$1")
  printf %s "${at%.*}${at#*.}"
}

# Whether no further file has been given anything since they were kept last. Where that is not known,
# one may have been.
untouched() {
  [ -e "$held/kept" ] && [ ! -e "$pending" ] || return 1
  [ ! -e "$held/changed" ] || [ "$(changed_at "$held/changed")" -lt "$(changed_at "$held/kept")" ]
}

# Makes the folder.
hold() {
  [ -d "$store" ] || mkdir -p -- "$store"
  [ -d "$held" ] || (umask 077 && mkdir -p -- "$held")
  me=$(id -u)
  for folder in "$store" "$held"; do
    [ ! -L "$folder" ] && [ "$(stat -c %u -- "$folder")" = "$me" ] || {
      echo "$folder is somebody else's; remove it" >&2
      exit 1
    }
  done
  chmod 0700 -- "$held"
}

# PATH: goes into its directory, so that nobody can put another one in its place meanwhile. Says in
# `kind` what is there, in `now` its digest, owner, group and mode.
enter() {
  base=${1##*/} folder=${1%/*} kind='' now='- - - -'
  [ -n "$folder" ] || folder=/
  if [ ! -d "$folder" ]; then
    kind=no-directory
  elif ! cd -P -- "$folder" || [ "$(pwd -P)" != "$folder" ]; then
    kind=linked-directory
  elif [ -L "./$base" ]; then
    kind=link
  elif [ ! -e "./$base" ]; then
    kind=absent
  elif [ -d "./$base" ]; then
    kind=directory
  elif [ ! -f "./$base" ]; then
    kind=special
  else
    kind=file
    now="$(digest "./$base") $(stat -c '%u %g %a' -- "./$base")"
  fi
}

# passwd|group NAME-OR-NUMBER: its number.
number() {
  case $2 in
    *[!0-9]*)
      found=$(getent "$1" "$2" | cut -d: -f3)
      # Somebody may have removed it since preflight.
      [ -n "$found" ] || {
        echo "$1 has no $2 any more" >&2
        exit 1
      }
      printf %s "$found"
      ;;
    *)
      zeros=${2%%[!0]*}
      found=${2#"$zeros"}
      printf %s "${found:-0}"
      ;;
  esac
}

# DIGEST|- UID GID MODE: the same as `now` would have it.
state() {
  if [ "$1" = - ]; then
    printf '%s' '- - - -'
  else
    user=$(number passwd "$2") || exit 1
    group=$(number group "$3") || exit 1
    printf '%s %s %s %o' "$1" "$user" "$group" "0$4"
  fi
}

# PATH DIGEST: where that content of that file is kept.
kept() {
  sum=$(printf %s "$1" | sha256sum)
  printf '%s/%.16s-%s' "$held" "$sum" "$2"
}
